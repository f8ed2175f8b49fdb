import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { MapAsyncContext } from "../kit/async-calls.js";
import { onDroppedError } from "../kit/dropped.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { type MapAsyncOptions, mapAsync } from "./map-async.js";

/** Calls that a test settles by hand. */
class Calls {
  readonly items: number[] = [];
  readonly signals: AbortSignal[] = [];
  readonly #settle = new Map<number, { resolve(result: string): void; reject(reason: unknown): void }>();

  readonly start = (item: number, { signal }: MapAsyncContext): Promise<string> => {
    this.items.push(item);
    this.signals.push(signal);
    return new Promise((resolve, reject) => this.#settle.set(item, { resolve, reject }));
  };

  resolve(item: number): Promise<void> {
    this.#settle.get(item)?.resolve(`r${item}`);
    return settled();
  }

  reject(item: number, reason: unknown): Promise<void> {
    this.#settle.get(item)?.reject(reason);
    return settled();
  }
}

function running(options: MapAsyncOptions) {
  const calls = new Calls();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<string>();
  fromPublisher(upstream).pipe(mapAsync(calls.start, options)).subscribe(subscriber);
  return { calls, upstream, subscriber };
}

describe("mapAsync", () => {
  it("sends results in the order of their items, however they settle", async () => {
    const { calls, upstream, subscriber } = running({ concurrency: 3 });
    subscriber.request(9);
    upstream.next(1, 2, 3);
    upstream.complete();
    await calls.resolve(3);
    await calls.resolve(2);
    expect(subscriber.items).toEqual([]);
    await calls.resolve(1);
    expect(subscriber.items).toEqual(["r1", "r2", "r3"]);
    expect(subscriber.completed).toBe(true);
  });

  it("sends results as they settle when order is not wanted", async () => {
    const { calls, upstream, subscriber } = running({ concurrency: 3, ordered: false });
    subscriber.request(9);
    upstream.next(1, 2, 3);
    await calls.resolve(3);
    await calls.resolve(1);
    expect(subscriber.items).toEqual(["r3", "r1"]);
    upstream.complete();
    await settled();
    expect(subscriber.completed).toBe(false);
    await calls.resolve(2);
    expect(subscriber.items).toEqual(["r3", "r1", "r2"]);
    expect(subscriber.completed).toBe(true);
  });

  it("§1.1 holds results without demand, and starts no call beyond concurrency for them", async () => {
    for (const ordered of [true, false]) {
      const { calls, upstream, subscriber } = running({ concurrency: 2, ordered });
      expect(upstream.requested).toBe(2);
      upstream.next(1, 2);
      await calls.resolve(1);
      await calls.resolve(2);
      expect([subscriber.items, upstream.requested]).toEqual([[], 2]);
      subscriber.request(1);
      expect([subscriber.items, upstream.requested]).toEqual([["r1"], 3]);
    }
  });

  it("ends at once on a rejection: drops what waits, cancels upstream, aborts the other calls", async () => {
    for (const ordered of [true, false]) {
      const { calls, upstream, subscriber } = running({ concurrency: 3, ordered });
      upstream.next(1, 2, 3);
      await calls.resolve(2);
      await calls.reject(3, new Error("third"));
      expect(String(subscriber.error)).toBe("Error: third");
      expect(upstream.cancels).toBe(1);
      expect(calls.signals.every((signal) => signal.aborted)).toBe(true);
      subscriber.request(9);
      await calls.resolve(1);
      expect(subscriber.items).toEqual([]);
    }
  });

  it("ignores what the other calls still return or throw after the end", async () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const { calls, upstream, subscriber } = running({ concurrency: 3 });
    upstream.next(1, 2);
    subscriber.cancel();
    await calls.reject(1, new Error("aborted"));
    await calls.resolve(2);
    restore();
    expect(dropped).toEqual([]);
    expect(subscriber.signals).toHaveLength(1);
    expect(calls.signals.every((signal) => signal.aborted)).toBe(true);
  });

  it("does not abort the signal when the stream completes well: a result may still use it", async () => {
    const { calls, upstream, subscriber } = running({ concurrency: 2 });
    subscriber.request(9);
    upstream.next(1);
    await calls.resolve(1);
    upstream.complete();
    expect(subscriber.completed).toBe(true);
    expect(calls.signals.map((signal) => signal.aborted)).toEqual([false]);
  });

  it("aborts a signal that a call looks at only after the cancel", async () => {
    let context: MapAsyncContext | undefined;
    const subscriber = new ManualSubscriber<number>();
    range(1, 1)
      .pipe(
        mapAsync((n, given) => {
          context = given;
          return new Promise<number>(() => n);
        }),
      )
      .subscribe(subscriber);
    subscriber.cancel();
    expect(context?.signal.aborted).toBe(true);
  });

  it("takes a function that returns plain values, and null or undefined among them", async () => {
    const flow = range(0, 4).pipe(mapAsync((n) => [null, undefined, Promise.resolve(undefined), 3][n]));
    expect(await flow.toArray()).toEqual([null, undefined, undefined, 3]);
  });

  it("serves plain values at once, without growing the stack", () => {
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    range(0, 100_000)
      .pipe(mapAsync((n) => n, { concurrency: 2 }))
      .subscribe(subscriber);
    subscriber.request(1);
    expect(subscriber.items).toHaveLength(100_000);
    expect([subscriber.completed, subscriber.depth]).toEqual([true, 1]);
  });

  it("fails on a throw of the function and on an answer whose then throws", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable that throws is what this is about
    const evil = Object.defineProperty({}, "then", {
      get: () => {
        throw new Error("then throws");
      },
    });
    for (const ordered of [true, false]) {
      const thrown = range(1, 3).pipe(
        mapAsync(
          () => {
            throw new Error("now");
          },
          { ordered },
        ),
      );
      await expect(thrown.toArray()).rejects.toThrow("now");
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<unknown>();
      fromPublisher(upstream)
        .pipe(mapAsync(() => evil, { ordered }))
        .subscribe(subscriber);
      upstream.next(1);
      await settled();
      expect(String(subscriber.error)).toBe("Error: then throws");
      expect(upstream.cancels).toBe(1);
    }
  });

  it("takes a result once from what calls back twice, and waits for what calls back at once", async () => {
    const twice = (n: number): PromiseLike<number> => {
      // biome-ignore lint/suspicious/noThenProperty: a thenable that breaks its rules is what this is about
      return { then: (resolve: (n: number) => void) => [resolve(n), resolve(-n), resolve(99)] } as never;
    };
    const own = (n: number): Promise<number> => Object.assign(Promise.resolve(n), twice(-n));
    for (const ordered of [true, false]) {
      for (const call of [twice, own]) {
        const flow = range(1, 20).pipe(mapAsync(call, { concurrency: 2, ordered }));
        expect(await flow.toArray()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      }
    }
  });

  it("does not cancel an upstream that has completed", async () => {
    const { calls, upstream, subscriber } = running({});
    upstream.next(1, 2);
    upstream.complete();
    await calls.reject(1, new Error("late"));
    expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: late", 0]);
  });

  it("wraps a rejection with something that is no Error", async () => {
    const { calls, upstream, subscriber } = running({});
    upstream.next(1);
    await calls.reject(1, undefined);
    expect(String(subscriber.error)).toBe("Error: mapAsync threw undefined, which is no Error");
  });

  it("§3.5 sends nothing when the function cancels", async () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 5)
      .pipe(
        mapAsync((n) => {
          if (n === 2) subscriber.cancel();
          return n;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    await settled();
    expect(subscriber.items).toEqual([]);
    expect(subscriber.ended).toBe(false);
  });

  it("passes an error of upstream on at once and aborts the calls under way", async () => {
    const { calls, upstream, subscriber } = running({});
    upstream.next(1);
    upstream.error(new Error("upstream"));
    expect(String(subscriber.error)).toBe("Error: upstream");
    expect(calls.signals[0]?.aborted).toBe(true);
    expect(upstream.cancels).toBe(0);
  });

  it("throws at the call for a wrong function or concurrency, naming it", () => {
    expect(() => mapAsync(5 as never)).toThrow(TypeError);
    for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "4"]) {
      const options = { concurrency: wrong as number };
      expect(() => mapAsync(async (n: number) => n, options)).toThrow(String(wrong));
    }
  });
});
