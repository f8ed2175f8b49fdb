import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { delay } from "./delay.js";
import { filter } from "./filter.js";

function delayed(ms: number, capacity: number) {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(delay(ms, { capacity, clock })).subscribe(subscriber);
  return { clock, upstream, subscriber };
}

describe("delay", () => {
  it("sends each item so much later, in order, with one timer", () => {
    const { clock, upstream, subscriber } = delayed(10, 8);
    subscriber.request(9);
    upstream.next(1);
    clock.advance(4);
    upstream.next(2, 3);
    expect(clock.pending).toBe(1);
    clock.advance(5);
    expect(subscriber.items).toEqual([]);
    clock.advance(1);
    expect(subscriber.items).toEqual([1]);
    clock.advance(4);
    expect([subscriber.items, clock.pending]).toEqual([[1, 2, 3], 0]);
  });

  it("asks for what is requested, and never has more than its capacity outstanding and held", () => {
    const { clock, upstream, subscriber } = delayed(10, 3);
    expect(upstream.requested).toBe(0);
    subscriber.request(2);
    expect(upstream.requested).toBe(2);
    subscriber.request(9);
    expect(upstream.requested).toBe(3);
    upstream.next(1, 2, 3);
    expect(upstream.requested).toBe(3);
    clock.advance(10);
    expect([subscriber.items, upstream.requested]).toEqual([[1, 2, 3], 6]);
    subscriber.request(Number.POSITIVE_INFINITY);
    expect(upstream.requested).toBe(6);
  });

  it("asks for another when an item is dropped below", () => {
    const clock = new VirtualClock();
    const flow = range(0, 100).pipe(
      delay(10, { capacity: 4, clock }),
      filter((n) => n % 10 === 0),
    );
    const subscriber = new ManualSubscriber<number>();
    flow.subscribe(subscriber);
    subscriber.request(3);
    for (let k = 0; k < 20; k++) clock.advance(10);
    expect(subscriber.items).toEqual([0, 10, 20]);
    expect(clock.pending).toBe(0);
  });

  it("keeps the time of what waits also when upstream answers the next request at once", () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    const subscriber = new ManualSubscriber<number>({ onNext: () => times.push(clock.now()) });
    let left = 1;
    const upstream = new TestPublisher<number>({
      onRequest: (_, self) => {
        if (clock.now() > 0 && left-- > 0) self.next(3);
      },
    });
    fromPublisher(upstream)
      .pipe(delay(10, { capacity: 2, clock }))
      .subscribe(subscriber);
    subscriber.request(3);
    upstream.next(1);
    clock.advance(3);
    upstream.next(2);
    clock.advance(30);
    expect([subscriber.items, times]).toEqual([
      [1, 2, 3],
      [10, 13, 20],
    ]);
  });

  it("completes after the last item; at once when none waits", () => {
    const { clock, upstream, subscriber } = delayed(10, 3);
    subscriber.request(9);
    upstream.next(1);
    upstream.complete();
    expect(subscriber.ended).toBe(false);
    clock.advance(10);
    expect([subscriber.items, subscriber.completed, clock.pending]).toEqual([[1], true, 0]);

    const other = delayed(10, 3);
    other.upstream.complete();
    expect(other.subscriber.completed).toBe(true);
  });

  it("fails and cancels at once: what is held is not sent, no timer is left", () => {
    for (const how of ["error", "cancel"] as const) {
      const { clock, upstream, subscriber } = delayed(10, 3);
      subscriber.request(9);
      upstream.next(1, 2);
      if (how === "error") upstream.error("broke");
      else subscriber.cancel();
      expect([subscriber.failed, clock.pending]).toEqual([how === "error", 0]);
      clock.advance(50);
      expect(subscriber.items).toEqual([]);
    }
  });

  it("§3.5 sends nothing after a cancel inside onNext, though more is due", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.cancel() });
    range(1, 5)
      .pipe(delay(10, { capacity: 5, clock }))
      .subscribe(subscriber);
    subscriber.request(5);
    clock.advance(100);
    expect([subscriber.items, clock.pending]).toEqual([[1], 0]);
  });

  it("§1.3 stays serial when time moves on within onNext", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>({ onNext: () => clock.advance(10) });
    range(1, 50)
      .pipe(delay(10, { capacity: 3, clock }))
      .subscribe(subscriber);
    subscriber.request(50);
    for (let k = 0; k < 50; k++) clock.advance(10);
    expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([50, true, 1]);
  });

  it("§3.3 does not grow the stack for requests inside onNext", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    range(0, 100_000)
      .pipe(delay(0, { capacity: 1, clock }))
      .subscribe(subscriber);
    subscriber.request(1);
    for (let k = 0; k < 3; k++) clock.advance(0);
    expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([100_000, true, 1]);
  });

  it("ends with what the clock throws", () => {
    const broken = new Error("no battery");
    let isBroken = false;
    const virtual = new VirtualClock();
    const now = (): number => {
      if (isBroken) throw broken;
      return virtual.now();
    };
    const clock = { now, schedule: virtual.schedule.bind(virtual) };
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(delay(10, { capacity: 2, clock }))
      .subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1, 2);
    isBroken = true;
    virtual.advance(10);
    expect([subscriber.error, subscriber.items, upstream.cancels]).toEqual([broken, [], 1]);
    expect(virtual.pending).toBe(0);
  });

  it("refuses wrong arguments at the call; the capacity may not be left out", () => {
    for (const wrong of [-1, Number.NaN, "5"]) {
      expect(() => delay(wrong as number, { capacity: 1 })).toThrow(RangeError);
    }
    for (const wrong of [0, 1.5, undefined]) {
      expect(() => delay(5, { capacity: wrong as number })).toThrow(RangeError);
    }
    // @ts-expect-error: without a capacity it would grow
    expect(() => delay(5)).toThrow("Cannot give delay the capacity undefined");
    expect(() => delay(5, { capacity: 1, clock: {} as never })).toThrow("Cannot give delay the clock");
  });
});
