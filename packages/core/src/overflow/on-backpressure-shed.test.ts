import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { type DropReason, OverflowCounters } from "../spec/overflow.js";
import { onBackpressureShed } from "./on-backpressure-shed.js";

/** Tens digits are the priority. */
function shedding(capacity: number, priority = (item: number): number => Math.floor(item / 10)) {
  const dropped: [number, DropReason][] = [];
  const counters = new OverflowCounters();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  const onDrop = (...drop: [number, DropReason]): void => void dropped.push(drop);
  fromPublisher(upstream)
    .pipe(onBackpressureShed({ capacity, priority, onDrop, counters }))
    .subscribe(subscriber);
  return { dropped, counters, upstream, subscriber };
}

describe("onBackpressureShed", () => {
  it("gives up the lowest priority first and sends the rest in the order in which it came", () => {
    const { upstream, subscriber, dropped } = shedding(3);
    upstream.next(21, 11, 31, 22, 32);
    expect(dropped).toEqual([
      [11, "shed"],
      [21, "shed"],
    ]);
    subscriber.request(9);
    expect(subscriber.items).toEqual([31, 22, 32]);
  });

  it("gives up the oldest among equals", () => {
    const { upstream, subscriber, dropped } = shedding(2);
    upstream.next(11, 12, 13);
    subscriber.request(9);
    expect([subscriber.items, dropped]).toEqual([[12, 13], [[11, "shed"]]]);
  });

  it("drops the one that comes when nothing held has less priority", () => {
    const { upstream, subscriber, dropped } = shedding(2);
    upstream.next(21, 31, 11);
    subscriber.request(9);
    expect([subscriber.items, dropped]).toEqual([[21, 31], [[11, "shed"]]]);
  });

  it("asks for no priority where an item passes at once", () => {
    let asked = 0;
    const { upstream, subscriber } = shedding(2, () => ++asked);
    subscriber.request(2);
    upstream.next(1, 2, 3);
    expect([subscriber.items, asked]).toEqual([[1, 2], 1]);
  });

  it("keeps account: offered = delivered + dropped + held", () => {
    const { upstream, subscriber, counters } = shedding(2);
    upstream.next(11, 12, 21);
    subscriber.request(1);
    expect([counters.offered, counters.delivered, counters.droppedBy.shed, counters.held]).toEqual([
      3, 1, 1, 1,
    ]);
    subscriber.cancel();
    expect([counters.held, counters.droppedBy.ended]).toEqual([0, 1]);
  });

  it("ends after what is held", () => {
    const { upstream, subscriber } = shedding(2);
    upstream.next(11);
    upstream.error(new Error("late"));
    expect(subscriber.failed).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, String(subscriber.error)]).toEqual([[11], "Error: late"]);
  });

  it("fails with what priority throws, or with a TypeError for what is no number; upstream is cancelled", () => {
    const throwing = shedding(2, () => {
      throw new Error("unknown");
    });
    throwing.upstream.next(1);
    expect([String(throwing.subscriber.error), throwing.upstream.cancels]).toEqual(["Error: unknown", 1]);
    expect([throwing.dropped, throwing.counters.held]).toEqual([[[1, "ended"]], 0]);
    for (const wrong of [Number.NaN, "1", undefined]) {
      const { upstream, subscriber } = shedding(2, () => wrong as number);
      upstream.next(1);
      expect(subscriber.error).toBeInstanceOf(TypeError);
    }
  });

  it("stops when priority cancels", () => {
    const { upstream, subscriber, counters } = shedding(2, () => {
      subscriber.cancel();
      return 1;
    });
    upstream.next(1);
    expect([upstream.cancels, counters.droppedBy.ended, counters.held]).toEqual([1, 1, 0]);
  });

  it("refuses at the call a missing capacity and a priority that is no function", () => {
    const priority = (): number => 1;
    for (const options of [undefined, null, {}, { priority }, { priority, capacity: 0 }]) {
      expect(() => onBackpressureShed(options as never)).toThrow(RangeError);
    }
    for (const wrong of [undefined, 1, "high"]) {
      expect(() => onBackpressureShed({ capacity: 1, priority: wrong as never })).toThrow(TypeError);
    }
    expect(() => onBackpressureShed({ capacity: 1, priority, onDrop: 1 as never })).toThrow(TypeError);
  });
});
