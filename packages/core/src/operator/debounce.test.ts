import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Clock } from "../spec/clock.js";
import { OverflowCounters } from "../spec/overflow.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { debounce } from "./debounce.js";

function debounced(ms: number, onDrop?: (item: number, reason: string) => void) {
  const clock = new VirtualClock();
  const counters = new OverflowCounters();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(debounce(ms, { clock, counters, onDrop })).subscribe(subscriber);
  return { clock, counters, upstream, subscriber };
}

describe("debounce", () => {
  it("sends an item when none has come for so long, and drops those before it", () => {
    const dropped: unknown[] = [];
    const { clock, counters, upstream, subscriber } = debounced(10, (...drop) => void dropped.push(drop));
    expect(upstream.requested).toBe(Number.POSITIVE_INFINITY);
    subscriber.request(9);
    upstream.next(1);
    clock.advance(9);
    upstream.next(2);
    clock.advance(9);
    expect(subscriber.items).toEqual([]);
    clock.advance(1);
    expect(subscriber.items).toEqual([2]);
    expect(dropped).toEqual([[1, "superseded"]]);
    expect([counters.offered, counters.delivered, counters.droppedBy.superseded]).toEqual([2, 1, 1]);
  });

  it("sets one timer for many items, and none when nothing waits", () => {
    const { clock, upstream, subscriber } = debounced(10);
    subscriber.request(9);
    for (let n = 0; n < 100; n++) {
      upstream.next(n);
      expect(clock.pending).toBe(1);
      clock.advance(1);
    }
    clock.advance(9);
    expect([subscriber.items, clock.pending]).toEqual([[99], 0]);
  });

  it("§1.1 lets an item wait for demand; a later one takes its place and has to be followed by quiet itself", () => {
    const { clock, upstream, subscriber } = debounced(10);
    upstream.next(1);
    clock.advance(50);
    upstream.next(2);
    subscriber.request(1);
    clock.advance(9);
    expect(subscriber.items).toEqual([]);
    clock.advance(1);
    expect(subscriber.items).toEqual([2]);
    upstream.next(3);
    clock.advance(50);
    expect(subscriber.items).toEqual([2]);
    subscriber.request(1);
    expect(subscriber.items).toEqual([2, 3]);
  });

  it("sends what is held when upstream completes, without waiting, but not without demand", () => {
    const { clock, upstream, subscriber } = debounced(10);
    upstream.next(1);
    upstream.complete();
    expect([subscriber.ended, clock.pending]).toEqual([false, 0]);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[1], true]);
  });

  it("fails at once, and cancels at once; the item held is dropped and no timer is left", () => {
    for (const how of ["error", "cancel"] as const) {
      const { clock, counters, upstream, subscriber } = debounced(10);
      subscriber.request(1);
      upstream.next(1);
      if (how === "error") upstream.error("broke");
      else subscriber.cancel();
      expect([clock.pending, subscriber.failed, subscriber.items]).toEqual([0, how === "error", []]);
      expect([counters.held, counters.droppedBy.ended]).toEqual([0, 1]);
      clock.advance(50);
      expect(subscriber.items).toEqual([]);
    }
  });

  it("holds undefined and null like any other item", () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<unknown>();
    const subscriber = new ManualSubscriber<unknown>();
    fromPublisher(upstream).pipe(debounce(1, { clock })).subscribe(subscriber);
    subscriber.request(9);
    for (const item of [undefined, null]) {
      upstream.next(item);
      clock.advance(1);
    }
    expect(subscriber.items).toEqual([undefined, null]);
  });

  it("keeps its account when onDrop cancels, throws, or requests", () => {
    const acts: ((subscriber: ManualSubscriber<number>) => void)[] = [
      (subscriber) => subscriber.cancel(),
      (subscriber) => subscriber.request(1),
      () => {
        throw new Error("cannot drop");
      },
    ];
    for (const act of acts) {
      const { counters, upstream, subscriber } = debounced(10, (_, reason) => {
        if (reason === "superseded") act(subscriber);
      });
      upstream.next(1, 2);
      expect(counters.offered).toBe(counters.delivered + counters.dropped + counters.held);
      expect([counters.offered, upstream.cancelled]).toEqual([2, act !== acts[1]]);
      expect(subscriber.items).toEqual([]);
    }
  });

  it("ends with what the clock throws, and cancels upstream", () => {
    const broken = new Error("no battery");
    const clocks: Clock[] = [
      {
        now: () => {
          throw broken;
        },
        schedule: () => () => {},
      },
      {
        now: () => 0,
        schedule: () => {
          throw broken;
        },
      },
    ];
    for (const clock of clocks) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream).pipe(debounce(5, { clock })).subscribe(subscriber);
      upstream.next(1);
      expect([subscriber.error, upstream.cancels]).toEqual([broken, 1]);
    }
  });

  it("refuses wrong arguments at the call", () => {
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, "5", undefined]) {
      expect(() => debounce(wrong as number)).toThrow(RangeError);
    }
    expect(() => debounce(1, { clock: {} as Clock })).toThrow("Cannot give debounce the clock");
    expect(() => debounce(1, { onDrop: 5 as never })).toThrow(TypeError);
    expect(() => debounce(1)([1] as never)).toThrow("Cannot apply debounce");
  });

  it("waits by the clock of the machine, if no other is given", async () => {
    expect(await range(1, 3).pipe(debounce(1)).toArray()).toEqual([3]);
  });
});
