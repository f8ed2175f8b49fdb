import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { backpressureTimeout } from "./backpressure-timeout.js";

function watched(onNext?: (item: number, self: ManualSubscriber<number>) => void) {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>({ ...(onNext && { onNext }) });
  fromPublisher(upstream).pipe(backpressureTimeout(10, { clock })).subscribe(subscriber);
  return { clock, upstream, subscriber };
}

describe("backpressureTimeout", () => {
  it("fails when nothing is requested for so long, from the beginning", () => {
    const { clock, upstream, subscriber } = watched();
    clock.advance(9);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect(subscriber.error).toMatchObject({
      code: "TIMEOUT",
      afterMs: 10,
      message: "backpressureTimeout waited 10 ms for demand: raise its limit",
    });
    expect([upstream.cancels, clock.pending]).toEqual([1, 0]);
  });

  it("counts from the last item that was requested, not while upstream owes one", () => {
    const { clock, upstream, subscriber } = watched();
    subscriber.request(2);
    clock.advance(1000);
    expect(clock.pending).toBe(0);
    upstream.next(1);
    clock.advance(1000);
    upstream.next(2);
    clock.advance(9);
    subscriber.request(1);
    clock.advance(1000);
    upstream.next(3);
    clock.advance(9);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect([subscriber.items, subscriber.failed]).toEqual([[1, 2, 3], true]);
  });

  it("is content with a consumer that asks for one at a time, within onNext", () => {
    const { clock, upstream, subscriber } = watched((_, self) => self.request(1));
    subscriber.request(1);
    for (let n = 0; n < 20; n++) {
      upstream.next(n);
      clock.advance(100);
    }
    expect([subscriber.items.length, subscriber.ended, clock.pending]).toEqual([20, false, 0]);
  });

  it("has no timer where demand is unbounded from the beginning", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>({
      onSubscribe: (self) => self.request(Number.POSITIVE_INFINITY),
    });
    fromPublisher(new TestPublisher<number>()).pipe(backpressureTimeout(10, { clock })).subscribe(subscriber);
    clock.advance(100);
    expect([clock.pending, subscriber.ended]).toEqual([0, false]);
  });

  it("leaves no timer after any end", () => {
    for (const how of ["complete", "error", "cancel"] as const) {
      const { clock, upstream, subscriber } = watched();
      if (how === "complete") upstream.complete();
      else if (how === "error") upstream.error("broke");
      else subscriber.cancel();
      expect(clock.pending).toBe(0);
      expect([subscriber.completed, subscriber.failed]).toEqual([how === "complete", how === "error"]);
    }
  });

  it("refuses wrong arguments at the call", () => {
    for (const wrong of [0, -1, Number.NaN, "5"]) {
      expect(() => backpressureTimeout(wrong as number)).toThrow(RangeError);
    }
    expect(() => backpressureTimeout(5, { clock: {} as never })).toThrow(TypeError);
  });
});
