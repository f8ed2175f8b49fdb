import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { OverflowCounters } from "../spec/overflow.js";
import { fromPublisher } from "../source/from-publisher.js";
import { type ThrottleTimeOptions, throttleTime } from "./throttle-time.js";

function throttled(options?: ThrottleTimeOptions<number>) {
  const clock = new VirtualClock();
  const counters = new OverflowCounters();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream)
    .pipe(throttleTime(10, { ...options, clock, counters }))
    .subscribe(subscriber);
  return { clock, counters, upstream, subscriber };
}

/** One item a millisecond, `count` of them, from 0 on. */
function everyMs({ clock, upstream }: ReturnType<typeof throttled>, count: number): void {
  for (let n = 0; n < count; n++) {
    upstream.next(n);
    clock.advance(1);
  }
}

describe("throttleTime", () => {
  it("sends the first item of each window, without a timer", () => {
    const test = throttled();
    test.subscriber.request(9);
    everyMs(test, 25);
    expect([test.subscriber.items, test.clock.pending]).toEqual([[0, 10, 20], 0]);
    expect([test.counters.delivered, test.counters.droppedBy.superseded]).toEqual([3, 22]);
  });

  it("asks upstream for what is requested, and once more for each item dropped", () => {
    const { upstream, subscriber } = throttled();
    expect(upstream.requested).toBe(0);
    subscriber.request(2);
    expect(upstream.requested).toBe(2);
    upstream.next(1, 2, 3);
    expect([subscriber.items, upstream.requested]).toEqual([[1], 4]);
  });

  it("sends the latest of each window too, with trailing", () => {
    const test = throttled({ trailing: true });
    test.subscriber.request(9);
    expect(test.upstream.requested).toBe(Number.POSITIVE_INFINITY);
    everyMs(test, 25);
    expect(test.subscriber.items).toEqual([0, 9, 19]);
    test.clock.advance(5); // 30
    expect(test.subscriber.items).toEqual([0, 9, 19, 24]);
    test.clock.advance(100); // a window with nothing in it ends silently
    expect(test.clock.pending).toBe(0);
    test.upstream.next(99);
    expect(test.subscriber.items).toEqual([0, 9, 19, 24, 99]);
  });

  it("sends only the latest of each window, without leading", () => {
    const test = throttled({ leading: false, trailing: true });
    test.subscriber.request(9);
    everyMs(test, 25);
    expect(test.subscriber.items).toEqual([9, 19]);
    test.clock.advance(5);
    expect(test.subscriber.items).toEqual([9, 19, 24]);
  });

  it("§1.1 lets the latest item wait for demand, with trailing; the window opens when it is sent", () => {
    const test = throttled({ trailing: true });
    everyMs(test, 25);
    expect(test.clock.pending).toBe(0);
    test.subscriber.request(2);
    expect(test.subscriber.items).toEqual([24]);
    test.upstream.next(30);
    test.clock.advance(9);
    expect(test.subscriber.items).toEqual([24]);
    test.clock.advance(1);
    expect(test.subscriber.items).toEqual([24, 30]);
  });

  it("sends the item held when upstream completes, fails at once, and leaves no timer", () => {
    for (const how of ["complete", "error", "cancel"] as const) {
      const { clock, counters, upstream, subscriber } = throttled({ trailing: true });
      subscriber.request(9);
      upstream.next(1, 2);
      if (how === "complete") upstream.complete();
      else if (how === "error") upstream.error("broke");
      else subscriber.cancel();
      expect(clock.pending).toBe(0);
      expect(subscriber.items).toEqual(how === "complete" ? [1, 2] : [1]);
      expect([subscriber.completed, subscriber.failed]).toEqual([how === "complete", how === "error"]);
      expect([counters.held, counters.droppedBy.ended]).toEqual([0, how === "complete" ? 0 : 1]);
    }
  });

  it("ends with what the clock throws, and with what onDrop throws", () => {
    const broken = new Error("broken");
    const throwing = (): never => {
      throw broken;
    };
    for (const options of [
      { clock: { now: throwing, schedule: () => () => {} } },
      { clock: new VirtualClock(), onDrop: throwing },
    ]) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream).pipe(throttleTime(10, options)).subscribe(subscriber);
      subscriber.request(9);
      upstream.next(1);
      if (!upstream.cancelled) upstream.next(2);
      expect([subscriber.error, upstream.cancels]).toEqual([broken, 1]);
    }
  });

  it("refuses wrong arguments at the call", () => {
    for (const wrong of [-1, Number.NaN, "5"])
      expect(() => throttleTime(wrong as number)).toThrow(RangeError);
    expect(() => throttleTime(5, { leading: false })).toThrow("set one of them");
    expect(() => throttleTime(5, { clock: null as never, onDrop: "x" as never })).toThrow(TypeError);
    expect(() => throttleTime(5, { clock: "x" as never })).toThrow("Cannot give throttleTime the clock");
  });
});
