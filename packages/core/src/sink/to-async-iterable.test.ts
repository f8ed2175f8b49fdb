import { settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { create } from "../source/create.js";
import { fail } from "../source/fail.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";

describe("values", () => {
  it("gives the items in order, null and undefined among them, then is over for good", async () => {
    const reader = of<unknown>(null, undefined, 3).values();
    expect(await reader.next()).toEqual({ done: false, value: null });
    expect(await reader.next()).toEqual({ done: false, value: undefined });
    expect(await reader.next()).toEqual({ done: false, value: 3 });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("subscribes at the first next, not before", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values({ prefetch: 3 });
    expect(upstream.subscribers).toBe(0);
    const next = reader.next();
    expect([upstream.subscribers, upstream.requested]).toEqual([1, 3]);
    upstream.next(7);
    expect(await next).toEqual({ done: false, value: 7 });
  });

  it("never subscribes when it is left before it began", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values();
    await reader.return?.();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(upstream.subscribers).toBe(0);
  });

  it("asks for more when three quarters were read", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values({ prefetch: 4 });
    const first = reader.next();
    upstream.next(1, 2, 3, 4);
    await first;
    await reader.next();
    expect(upstream.requested).toBe(4);
    await reader.next();
    expect(upstream.requested).toBe(7);
  });

  it("rejects once with the flow's error, after the items before it", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values();
    const first = reader.next();
    upstream.next(1, 2);
    upstream.error(new Error("upstream"));
    expect((await first).value).toBe(1);
    expect((await reader.next()).value).toBe(2);
    await expect(reader.next()).rejects.toThrow("upstream");
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("answers all calls that wait when the flow ends: the first with the error, the others with the end", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values();
    const calls = [reader.next(), reader.next(), reader.next()];
    upstream.next(1);
    upstream.error(new Error("upstream"));
    const answers = await Promise.allSettled(calls);
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("refuses calls of next beyond prefetch", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values({ prefetch: 2 });
    const calls = [reader.next(), reader.next()];
    await expect(reader.next()).rejects.toThrow(/while 2 calls wait/);
    upstream.next(1, 2);
    expect((await Promise.all(calls)).map((answer) => answer.value)).toEqual([1, 2]);
  });

  it("cancels when the loop is left, and drops an error that nobody read", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values();
    const first = reader.next();
    upstream.next(1, 2);
    await first;
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(upstream.cancels).toBe(1);
    expect(await reader.next()).toEqual({ done: true, value: undefined });

    const failed = fail<number>(new Error("unread")).values();
    await expect(failed.next()).rejects.toThrow("unread");
    await failed.return?.();
    expect(await failed.next()).toEqual({ done: true, value: undefined });
  });

  it("ends calls of next that wait when the loop is left", async () => {
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values();
    const waiting = reader.next();
    await reader.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("rejects by the signal: before, while a call waits, and while items wait", async () => {
    const aborted = range(1, 3).values({ signal: AbortSignal.abort("before") });
    await expect(aborted.next()).rejects.toBe("before");
    expect(await aborted.next()).toEqual({ done: true, value: undefined });

    const stop = new AbortController();
    const upstream = new TestPublisher<number>();
    const reader = fromPublisher(upstream).values({ signal: stop.signal });
    const waiting = reader.next();
    stop.abort("while waiting");
    await expect(waiting).rejects.toBe("while waiting");
    expect(upstream.cancels).toBe(1);

    for (const ends of [false, true]) {
      const late = new AbortController();
      const source = new TestPublisher<number>();
      const held = fromPublisher(source).values({ signal: late.signal });
      const first = held.next();
      source.next(1, 2, 3);
      if (ends) source.complete();
      await first;
      late.abort("while items wait");
      await expect(held.next()).rejects.toBe("while items wait");
      expect(await held.next()).toEqual({ done: true, value: undefined });
    }
  });

  it("serves what is held within one turn", async () => {
    const reader = range(1, 100).values();
    await reader.next();
    let turns = 0;
    queueMicrotask(() => turns++);
    expect((await reader.next()).value).toBe(2);
    expect(turns).toBe(1);
  });

  it("takes items from a producer that sends while the loop body runs", async () => {
    let send: (n: number) => void = () => {};
    let end: () => void = () => {};
    const flow = create<number>(
      (emitter) => {
        send = (n) => emitter.next(n);
        end = () => emitter.complete();
        emitter.next(0);
      },
      { capacity: 4, overflow: "error" },
    );
    const seen: number[] = [];
    for await (const n of flow) {
      seen.push(n);
      if (n < 3) send(n + 1);
      else end();
      await settled();
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it("throws at the call for a wrong prefetch, naming it", () => {
    for (const wrong of [0, -1, 1.5, Number.NaN, "8"]) {
      expect(() => range(1, 2).values({ prefetch: wrong as number })).toThrow(String(wrong));
    }
  });
});
