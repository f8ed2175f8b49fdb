// The law itself is tested against the RFC's pseudo-code in kit/codel.test.ts; here is what the operator makes of it.

import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { type DropReason, OverflowCounters } from "../spec/overflow.js";
import { onBackpressureCoDel } from "./on-backpressure-codel.js";

function controlled(capacity: number, onDropped: (subscriber: ManualSubscriber<number>) => void = () => {}) {
  const clock = new VirtualClock();
  const dropped: [number, DropReason][] = [];
  const counters = new OverflowCounters();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  const onDrop = (...drop: [number, DropReason]): void => {
    dropped.push(drop);
    onDropped(subscriber);
  };
  fromPublisher(upstream)
    .pipe(onBackpressureCoDel({ capacity, clock, onDrop, counters }))
    .subscribe(subscriber);
  return { clock, dropped, counters, upstream, subscriber };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("onBackpressureCoDel", () => {
  it("sends what passes at once, and a burst that is gone within an interval", () => {
    const { upstream, subscriber, clock, dropped } = controlled(100);
    subscriber.request(1);
    upstream.next(...numbers(50));
    for (let k = 1; k < 50; k++) {
      clock.advance(2);
      subscriber.request(1);
    }
    expect([subscriber.items, dropped]).toEqual([numbers(50), []]);
  });

  it("drops one when the delay stood above the target for an interval, then more and more often", () => {
    const { upstream, subscriber, clock, dropped } = controlled(1000);
    upstream.next(...numbers(1000));
    const times: number[] = [];
    clock.advance(10);
    for (; clock.now() < 400; clock.advance(1)) {
      const before = dropped.length;
      subscriber.request(1);
      if (dropped.length > before) times.push(clock.now());
    }
    expect(times).toEqual([110, 210, 281, 339, 389]);
    expect(dropped.every(([, reason]) => reason === "delayed")).toBe(true);
  });

  it("spends no demand on what it drops, and keeps account", () => {
    const { upstream, subscriber, clock, counters } = controlled(1000);
    upstream.next(...numbers(1000));
    for (let k = 0; k < 500; k++) {
      clock.advance(1);
      subscriber.request(1);
      expect(subscriber.items).toHaveLength(k + 1);
      expect(counters.offered).toBe(counters.delivered + counters.dropped + counters.held);
    }
    expect(counters.droppedBy.delayed).toBeGreaterThan(3);
  });

  it("never drops the last item, however long it waited", () => {
    const { upstream, subscriber, clock, dropped } = controlled(10);
    for (let k = 0; k < 20; k++) {
      upstream.next(k);
      clock.advance(1000);
      subscriber.request(1);
    }
    expect([subscriber.items, dropped]).toEqual([numbers(20), []]);
  });

  it("lets the oldest give way when there is no room", () => {
    const { upstream, subscriber, dropped } = controlled(2);
    upstream.next(1, 2, 3);
    subscriber.request(9);
    expect([subscriber.items, dropped]).toEqual([[2, 3], [[1, "overflow"]]]);
  });

  it("stops when onDrop cancels, and drops what is held", () => {
    const { upstream, subscriber, clock, counters } = controlled(1000, (given) => given.cancel());
    upstream.next(...numbers(300));
    for (let k = 0; k < 200 && upstream.cancels === 0; k++) {
      clock.advance(1);
      subscriber.request(1);
    }
    expect([upstream.cancels, counters.held, counters.droppedBy.delayed]).toEqual([1, 0, 1]);
    expect(counters.offered).toBe(counters.delivered + counters.dropped);
  });

  it("ends with what the clock throws, when an item comes to wait and when one is taken; upstream is cancelled", () => {
    for (const when of ["waits", "is taken"] as const) {
      const { upstream, subscriber, clock, counters } = controlled(2);
      upstream.next(1);
      clock.now = () => {
        throw new Error("no time");
      };
      if (when === "waits") upstream.next(2);
      else subscriber.request(1);
      expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: no time", 1]);
      expect([subscriber.items, counters.held, counters.droppedBy.ended]).toEqual([[], 0, counters.offered]);
    }
  });

  it("ends after what is held", () => {
    const { upstream, subscriber } = controlled(2);
    upstream.next(1);
    upstream.complete();
    expect(subscriber.completed).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[1], true]);
  });

  it("asks for no timer", () => {
    const { upstream, clock } = controlled(2);
    upstream.next(1);
    expect(clock.pending).toBe(0);
  });

  it("refuses at the call a missing capacity, what is no time, and what is no clock", () => {
    for (const options of [undefined, null, {}, { capacity: 0 }, { capacity: 1, targetMs: 0 }]) {
      expect(() => onBackpressureCoDel(options as never)).toThrow(RangeError);
    }
    expect(() => onBackpressureCoDel({ capacity: 1, intervalMs: Number.NaN })).toThrow(RangeError);
    expect(() => onBackpressureCoDel({ capacity: 1, clock: {} as never })).toThrow(TypeError);
    expect(() => onBackpressureCoDel({ capacity: 1, counters: {} as never })).toThrow(TypeError);
  });
});
