import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { type MapAsyncKeyedOptions, mapAsyncKeyed } from "./map-async-keyed.js";

/** Items such as "a1": key and number. Calls are settled by hand. */
function running(options: MapAsyncKeyedOptions) {
  const started: string[] = [];
  const signals: AbortSignal[] = [];
  const settle = new Map<string, { resolve(result: string): void; reject(reason: unknown): void }>();
  const upstream = new TestPublisher<string>();
  const subscriber = new ManualSubscriber<string>();
  const operator = mapAsyncKeyed(
    (item: string) => item[0],
    (item, { signal }) => {
      started.push(item);
      signals.push(signal);
      return new Promise<string>((resolve, reject) => settle.set(item, { resolve, reject }));
    },
    options,
  );
  fromPublisher(upstream).pipe(operator).subscribe(subscriber);
  const resolve = (item: string): Promise<void> => {
    settle.get(item)?.resolve(item);
    return settled();
  };
  const reject = (item: string, reason: unknown): Promise<void> => {
    settle.get(item)?.reject(reason);
    return settled();
  };
  return { started, signals, upstream, subscriber, resolve, reject };
}

describe("mapAsyncKeyed", () => {
  it("calls for one item of a key at a time, for several keys at once", async () => {
    const { started, upstream, subscriber, resolve } = running({});
    subscriber.request(9);
    upstream.next("a1", "a2", "b1", "a3");
    expect(started).toEqual(["a1", "b1"]);
    await resolve("b1");
    await resolve("a1");
    expect(started).toEqual(["a1", "b1", "a2"]);
    await resolve("a2");
    await resolve("a3");
    expect(subscriber.items).toEqual(["b1", "a1", "a2", "a3"]);
    upstream.complete();
    expect(subscriber.completed).toBe(true);
  });

  it("gives a slow key one of its calls, and the others to other keys", async () => {
    const { started, upstream, subscriber, resolve } = running({ concurrency: 2, capacity: 8 });
    subscriber.request(9);
    upstream.next("a1", "a2", "a3", "b1", "c1", "b2");
    expect(started).toEqual(["a1", "b1"]);
    await resolve("b1");
    await resolve("c1");
    await resolve("b2");
    expect([started, subscriber.items]).toEqual([
      ["a1", "b1", "c1", "b2"],
      ["b1", "c1", "b2"],
    ]);
  });

  it("holds capacity items at most, results that wait for demand included", async () => {
    const { started, upstream, subscriber, resolve } = running({ concurrency: 1, capacity: 3 });
    expect(upstream.requested).toBe(3);
    upstream.next("a1", "b1", "a2");
    await resolve("a1");
    await resolve("b1");
    expect([subscriber.items, upstream.requested, started]).toEqual([[], 3, ["a1", "b1", "a2"]]);
    subscriber.request(1);
    expect([subscriber.items, upstream.requested]).toEqual([["a1"], 4]);
  });

  it("ends at once on a rejection, cancels upstream and aborts the other calls", async () => {
    const { started, signals, upstream, subscriber, reject, resolve } = running({});
    subscriber.request(9);
    upstream.next("a1", "b1", "a2");
    await reject("a1", new Error("first"));
    expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: first", 1]);
    expect(signals.every((signal) => signal.aborted)).toBe(true);
    await resolve("b1");
    expect([started, subscriber.items]).toEqual([["a1", "b1"], []]);
  });

  it("starts nothing more after a cancel", async () => {
    const { started, upstream, subscriber, resolve } = running({ concurrency: 1 });
    subscriber.request(9);
    upstream.next("a1", "a2", "b1");
    subscriber.cancel();
    await resolve("a1");
    expect([started, subscriber.items, upstream.cancels]).toEqual([["a1"], [], 1]);
  });

  it("waits for what is under way when upstream completes", async () => {
    const { upstream, subscriber, resolve } = running({ concurrency: 1 });
    subscriber.request(9);
    upstream.next("a1", "a2");
    upstream.complete();
    await resolve("a1");
    expect(subscriber.ended).toBe(false);
    await resolve("a2");
    expect([subscriber.items, subscriber.completed]).toEqual([["a1", "a2"], true]);
  });

  it("§3.3 serves plain values of one key in order, without growing the stack", () => {
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    range(0, 100_000)
      .pipe(
        mapAsyncKeyed(
          () => "key",
          (n) => n,
          { concurrency: 4, capacity: 1000 },
        ),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    expect(subscriber.items).toEqual(Array.from({ length: 100_000 }, (_, n) => n));
    expect([subscriber.completed, subscriber.depth]).toEqual([true, 1]);
  });

  it("fails when the key's function throws, wrapping what is no Error", async () => {
    const throwing = (): never => {
      throw 5;
    };
    const flow = range(0, 3).pipe(mapAsyncKeyed(throwing, (n: number) => n));
    await expect(flow.toArray()).rejects.toThrow("mapAsyncKeyed threw 5, which is no Error");
  });

  it("throws at the call for wrong arguments, naming them", () => {
    const same = (n: number): number => n;
    expect(() => mapAsyncKeyed(5 as never, same)).toThrow(TypeError);
    expect(() => mapAsyncKeyed(same, 5 as never)).toThrow(TypeError);
    for (const wrong of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => mapAsyncKeyed(same, same, { concurrency: wrong })).toThrow(String(wrong));
      expect(() => mapAsyncKeyed(same, same, { capacity: wrong })).toThrow(String(wrong));
    }
  });
});
