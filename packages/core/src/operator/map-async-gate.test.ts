// mapAsync with a gate: which calls may begin, and what the gate is told of them.

import { ManualSubscriber, settled, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { TestGate } from "../../test/test-gate.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { mapAsync, type MapAsyncOptions } from "./map-async.js";

function running(gate: TestGate, options?: MapAsyncOptions) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<string>();
  const calls = new Map<number, { resolve(result: string): void; reject(reason: unknown): void }>();
  const call = (item: number) =>
    new Promise<string>((resolve, reject) => {
      calls.set(item, { resolve, reject });
    });
  fromPublisher(upstream)
    .pipe(mapAsync(call, { concurrency: 3, gate, ...options }))
    .subscribe(subscriber);
  return { calls, upstream, subscriber };
}

describe("mapAsync with a gate", () => {
  it("asks for no item before it has a permit for its call", async () => {
    const gate = new TestGate(0);
    const { calls, upstream, subscriber } = running(gate);
    subscriber.request(9);
    await settled();
    expect(upstream.requested).toBe(0);
    gate.give(2);
    await settled();
    expect(upstream.requested).toBe(2);
    upstream.next(1, 2);
    calls.get(1)?.resolve("one");
    await settled();
    expect([subscriber.items, upstream.requested, gate.held]).toEqual([["one"], 2, 1]);
  });

  it("holds the permit while the call runs, also when results wait for demand", async () => {
    const gate = new TestGate(3);
    const { calls, upstream } = running(gate);
    upstream.next(1, 2);
    expect(gate.held).toBe(3);
    calls.get(2)?.resolve("two");
    await settled();
    expect([gate.held, gate.told]).toEqual([2, "success 1"]);
  });

  it("tells the gate of a rejection, a throw, and of calls that were aborted when they end", async () => {
    const gate = new TestGate(3);
    const { calls, upstream, subscriber } = running(gate);
    upstream.next(1, 2);
    calls.get(2)?.reject(new Error("second"));
    await settled();
    expect([subscriber.failed, gate.held, gate.told]).toEqual([true, 1, "failure 1, ignored 1"]);
    calls.get(1)?.reject(new Error("aborted"));
    await settled();
    expect([gate.held, gate.told]).toEqual([0, "failure 1, ignored 2"]);

    const thrown = new TestGate(3);
    const throws = (): never => {
      throw new Error("now");
    };
    await expect(
      range(1, 3)
        .pipe(mapAsync(throws, { gate: thrown }))
        .toArray(),
    ).rejects.toThrow("now");
    expect([thrown.held, thrown.told]).toEqual([0, "failure 1, ignored 2"]);
  });

  it("gives back what has no call yet at every end, and leaves the line", async () => {
    const ends: Record<string, (stream: ReturnType<typeof running>) => void> = {
      cancel: ({ subscriber }) => subscriber.cancel(),
      complete: ({ upstream }) => upstream.complete(),
      error: ({ upstream }) => upstream.error(new Error("upstream")),
    };
    for (const [name, end] of Object.entries(ends)) {
      const gate = new TestGate(2);
      const stream = running(gate);
      stream.upstream.next(1);
      expect([gate.held, gate.waiting.length]).toEqual([2, 1]);
      end(stream);
      await settled();
      expect([gate.held, gate.waiting.length], name).toEqual([1, 0]);
      stream.calls.get(1)?.resolve("one");
      await settled();
      const outcome = name === "complete" ? "ignored 1, success 1" : "ignored 2";
      expect([gate.held, gate.told], name).toEqual([0, outcome]);
      expect(stream.upstream.cancels, name).toBe(name === "cancel" ? 1 : 0);
    }
  });

  it("gives the permit back when the function itself cancels", async () => {
    const gate = new TestGate(3);
    const subscriber = new ManualSubscriber<number>();
    const cancels = (n: number): number => {
      subscriber.cancel();
      return n;
    };
    range(1, 5).pipe(mapAsync(cancels, { gate })).subscribe(subscriber);
    await settled();
    expect([gate.held, subscriber.ended]).toEqual([0, false]);
  });

  it("shares the places of one gate among several streams, and serves them all", async () => {
    const gate = new TestGate(2, true);
    let most = 0;
    const call = async (n: number): Promise<number> => {
      most = Math.max(most, gate.held);
      await settled();
      return n;
    };
    const streams = [1, 2, 3].map(() => range(0, 20).pipe(mapAsync(call, { gate })).toArray());
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    expect(await Promise.all(streams)).toEqual([numbers, numbers, numbers]);
    expect([most, gate.held, gate.told]).toEqual([2, 0, expect.stringContaining("success 60")]);
  });

  it("asks a gate again that has no place to wait, by the clock that it is given", async () => {
    const gate = new TestGate(0);
    const clock = new VirtualClock();
    gate.refusal = { retryAfterMs: 100 };
    const { upstream } = running(gate, { clock });
    await settled();
    gate.give(1);
    await clock.advanceSettled(99);
    expect(upstream.requested).toBe(0);
    await clock.advanceSettled(1);
    expect(upstream.requested).toBe(1);
  });

  it("ends with the error of a gate that is broken, and cancels upstream", async () => {
    const gate = Object.assign(new TestGate(0), { acquire: () => Promise.reject(new Error("no Redis")) });
    const { upstream, subscriber } = running(gate);
    await settled();
    expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: no Redis", 1]);
  });

  it("throws at the call for what is no gate or clock", () => {
    for (const wrong of [null, 0, {}, { tryAcquire: () => {} }]) {
      expect(() => mapAsync((n) => n, { gate: wrong as never })).toThrow(/Cannot give mapAsync the gate/);
    }
    const gate = new TestGate(1);
    expect(() => mapAsync((n) => n, { gate, clock: {} as never })).toThrow(/Cannot give mapAsync the clock/);
  });
});
