import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { initialTimeout } from "./initial-timeout.js";

function watched() {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(initialTimeout(10, { clock })).subscribe(subscriber);
  return { clock, upstream, subscriber };
}

describe("initialTimeout", () => {
  it("fails when the first item does not come in time after the first request", () => {
    const { clock, upstream, subscriber } = watched();
    clock.advance(100);
    subscriber.request(1);
    clock.advance(5);
    subscriber.request(1); // nothing new begins here
    clock.advance(4);
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect(subscriber.error).toMatchObject({
      code: "TIMEOUT",
      afterMs: 10,
      message: "initialTimeout waited 10 ms for the first item: raise its limit",
    });
    expect([upstream.cancels, clock.pending]).toEqual([1, 0]);
  });

  it("has no timer any more once an item came", () => {
    const { clock, upstream, subscriber } = watched();
    subscriber.request(5);
    clock.advance(9);
    upstream.next(1);
    expect(clock.pending).toBe(0);
    clock.advance(1000);
    upstream.next(2);
    subscriber.request(1);
    expect([subscriber.items, subscriber.ended, clock.pending]).toEqual([[1, 2], false, 0]);
  });

  it("lets a stream complete without an item, fail, or be cancelled, and leaves no timer", () => {
    for (const how of ["complete", "error", "cancel"] as const) {
      const { clock, upstream, subscriber } = watched();
      subscriber.request(1);
      if (how === "complete") upstream.complete();
      else if (how === "error") upstream.error("broke");
      else subscriber.cancel();
      expect(clock.pending).toBe(0);
      expect([subscriber.completed, subscriber.failed]).toEqual([how === "complete", how === "error"]);
    }
  });

  it("refuses wrong arguments at the call", () => {
    for (const wrong of [0, -1, Number.NaN, "5"])
      expect(() => initialTimeout(wrong as number)).toThrow(RangeError);
    expect(() => initialTimeout(5, { clock: {} as never })).toThrow("Cannot give initialTimeout the clock");
  });
});
