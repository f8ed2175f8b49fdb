// What each kind of gate makes of a stream's demand, as the source sees it: it counts what it is asked for.

import { fromPublisher, type Gate, range } from "@sluice/core";
import { all, bulkhead, circuitBreaker, throttle, tokenBucket } from "@sluice/gates";
import { ManualSubscriber, settled, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";

const clock = new VirtualClock();

function throttled(gate: Gate, demand = 256) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(throttle(gate, { clock })).subscribe(subscriber);
  subscriber.request(demand);
  return { upstream, subscriber };
}

describe("a gate on a stream", () => {
  it("asks for nothing while a breaker is open, for its probes while it is half-open, and for all when it is closed", async () => {
    const openFor = { baseMs: 1000, jitter: "none" } as const;
    const gate = circuitBreaker({ consecutiveFailures: 1, probes: 3, openFor, clock });
    gate.forceOpen(1000);
    const { upstream, subscriber } = throttled(gate, 10);
    await clock.advanceSettled(999);
    expect([gate.state, upstream.requested]).toEqual(["open", 0]);
    await clock.advanceSettled(1);
    expect([gate.state, upstream.requested]).toEqual(["half-open", 3]);
    upstream.next(1, 2);
    await settled();
    expect(upstream.requested).toBe(3);
    upstream.next(3);
    await clock.advanceSettled(0);
    expect([gate.state, upstream.requested, subscriber.items]).toEqual(["closed", 10, [1, 2, 3]]);
    subscriber.cancel();
    await settled();
    expect(clock.pending).toBe(0);
  });

  it("opens a breaker by the source that fails, and the next stream asks for nothing", async () => {
    const gate = circuitBreaker({ consecutiveFailures: 1, clock });
    const failing = throttled(gate, 3);
    failing.upstream.error(new Error("the database is gone"));
    const next = throttled(gate);
    await settled();
    expect([failing.subscriber.failed, gate.state, next.upstream.requested]).toEqual([true, "open", 0]);
    next.subscriber.cancel();
    await settled();
    expect(clock.pending).toBe(0);
  });

  it("shares the places of a bulkhead among streams: all get their items, and no more are under way than there are", async () => {
    const gate = bulkhead({ capacity: 4, clock });
    const streams = [1, 2, 3].map(() => throttled(gate));
    const asked = (): number => streams.reduce((sum, { upstream }) => sum + upstream.requested, 0);
    const came = (): number => streams.reduce((sum, { upstream }) => sum + upstream.emitted, 0);
    for (let turn = 0; turn < 60; turn += 1) {
      await settled();
      expect(asked() - came()).toBe(4);
      const busy = streams.filter(({ upstream }) => upstream.demand > 0);
      const one = busy[turn % busy.length];
      one?.upstream.next(turn);
    }
    for (const { upstream } of streams) expect(upstream.emitted).toBeGreaterThanOrEqual(10);
    for (const { subscriber } of streams) subscriber.cancel();
    await settled();
    expect([gate.waiting, gate.tryAcquire(4).granted]).toEqual([0, true]);
  });

  it("asks for what all of several gates grant, and holds nothing of one while it waits for another", async () => {
    const bucket = tokenBucket({ capacity: 100, ratePerSecond: 1, clock });
    const places = bulkhead({ capacity: 3, clock });
    const { upstream, subscriber } = throttled(all(bucket, places));
    expect([upstream.requested, bucket.available]).toEqual([3, 97]);
    upstream.next(1, 2);
    await settled();
    expect([upstream.requested, bucket.available]).toEqual([5, 95]);
    subscriber.cancel();
    await settled();
    expect([places.tryAcquire(3).granted, clock.pending]).toEqual([true, 0]);
  });

  it("keeps a long stream to the rate of its bucket, to the item", async () => {
    const gate = tokenBucket({ capacity: 10, ratePerSecond: 100, clock });
    const subscriber = new ManualSubscriber<number>();
    range(0, 1000).pipe(throttle(gate, { clock })).subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    expect(subscriber.items).toHaveLength(10);
    for (let second = 1; second <= 9; second += 1) {
      await clock.advanceSettled(1000);
      expect(subscriber.items).toHaveLength(10 + second * 100);
    }
    await clock.advanceSettled(1000);
    expect([subscriber.items.length, subscriber.completed, clock.pending]).toEqual([1000, true, 0]);
  });
});
