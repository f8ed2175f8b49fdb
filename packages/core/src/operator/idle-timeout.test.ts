import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { TimeoutError } from "../spec/errors.js";
import { fromPublisher } from "../source/from-publisher.js";
import { filter } from "./filter.js";
import { idleTimeout } from "./idle-timeout.js";

function watched() {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(idleTimeout(10, { clock })).subscribe(subscriber);
  return { clock, upstream, subscriber };
}

describe("idleTimeout", () => {
  it("fails when no item comes for so long after a request, and cancels upstream", () => {
    const { clock, upstream, subscriber } = watched();
    clock.advance(3);
    subscriber.request(2);
    clock.advance(9);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect(subscriber.error).toBeInstanceOf(TimeoutError);
    expect(subscriber.error).toMatchObject({ code: "TIMEOUT", afterMs: 10 });
    expect(String(subscriber.error)).toBe(
      "TimeoutError: idleTimeout waited 10 ms for an item: raise its limit",
    );
    expect([upstream.cancels, clock.pending]).toEqual([1, 0]);
  });

  it("counts from the last item, with one timer", () => {
    const { clock, upstream, subscriber } = watched();
    subscriber.request(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 50; n++) {
      clock.advance(9);
      upstream.next(n);
      expect(clock.pending).toBe(1);
    }
    clock.advance(9);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect([subscriber.items.length, subscriber.failed]).toEqual([50, true]);
  });

  it("does not hold a consumer that asks for nothing against upstream", () => {
    const { clock, upstream, subscriber } = watched();
    clock.advance(100);
    subscriber.request(1);
    clock.advance(5);
    upstream.next(1);
    clock.advance(1000);
    expect([subscriber.ended, clock.pending]).toEqual([false, 0]);
    subscriber.request(1); // the time begins here
    clock.advance(9);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect(subscriber.failed).toBe(true);
  });

  it("counts an item that is dropped below, and waits on for the one that takes its place", () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        idleTimeout(10, { clock }),
        filter(() => false),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    clock.advance(9);
    upstream.next(1);
    clock.advance(9);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect(subscriber.failed).toBe(true);
  });

  it("does not count the time that its consumer takes within onNext", () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({ onNext: () => clock.advance(9) });
    fromPublisher(upstream).pipe(idleTimeout(10, { clock })).subscribe(subscriber);
    subscriber.request(3);
    upstream.next(1);
    clock.advance(9);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect(subscriber.failed).toBe(true);
  });

  it("leaves no timer after any end", () => {
    for (const how of ["complete", "error", "cancel"] as const) {
      const { clock, upstream, subscriber } = watched();
      subscriber.request(3);
      upstream.next(1);
      if (how === "complete") upstream.complete();
      else if (how === "error") upstream.error("broke");
      else subscriber.cancel();
      expect(clock.pending).toBe(0);
      expect([subscriber.completed, subscriber.error]).toEqual([
        how === "complete",
        how === "error" ? "broke" : undefined,
      ]);
    }
  });

  it("ends with what the clock throws, and asks upstream for nothing then", () => {
    const broken = new Error("no battery");
    const clock = {
      now: () => {
        throw broken;
      },
      schedule: () => () => {},
    };
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(idleTimeout(10, { clock })).subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.error, upstream.requested, upstream.cancels]).toEqual([broken, 0, 1]);
  });

  it("fails once when the clock throws while the time is up", () => {
    const time = new VirtualClock();
    const subscriber = new ManualSubscriber<number>();
    const broken = new Error("no battery");
    let isBroken = false;
    const clock = {
      now: () => {
        if (isBroken) throw broken;
        return time.now();
      },
      schedule: (ms: number, task: () => void) => time.schedule(ms, task),
    };
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    fromPublisher(new TestPublisher<number>()).pipe(idleTimeout(10, { clock })).subscribe(subscriber);
    subscriber.request(1);
    isBroken = true;
    time.advance(10);
    restore();
    expect([subscriber.error, dropped, time.pending]).toEqual([broken, [], 0]);
  });

  it("refuses wrong arguments at the call", () => {
    for (const wrong of [0, -1, Number.NaN, "5"])
      expect(() => idleTimeout(wrong as number)).toThrow(RangeError);
    expect(() => idleTimeout(5, { clock: {} as never })).toThrow("Cannot give idleTimeout the clock");
  });
});
