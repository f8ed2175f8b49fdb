import { ManualSubscriber, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { policy } from "../policy/policy.js";
import { timer } from "./timer.js";

describe("timer", () => {
  it("sends 0 after its time and completes, without a timer left", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>();
    timer(10, { policy: policy.drop(), clock }).subscribe(subscriber);
    subscriber.request(1);
    clock.advance(9);
    expect(subscriber.items).toEqual([]);
    clock.advance(1);
    expect([subscriber.items, subscriber.completed, clock.pending]).toEqual([[0], true, 0]);
  });

  it("does with an item that nobody asked for as the policy says", () => {
    const clock = new VirtualClock();
    const waiting = new ManualSubscriber<number>();
    const dropping = new ManualSubscriber<number>();
    timer(10, { policy: policy.latest(), clock }).subscribe(waiting);
    timer(10, { policy: policy.drop(), clock }).subscribe(dropping);
    clock.advance(10);
    expect([dropping.items, dropping.completed, waiting.ended]).toEqual([[], true, false]);
    waiting.request(1);
    expect([waiting.items, waiting.completed]).toEqual([[0], true]);
  });

  it("§3.12 stops its timer on cancel", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>();
    timer(10, { policy: policy.latest(), clock }).subscribe(subscriber);
    subscriber.request(1);
    subscriber.cancel();
    clock.advance(10);
    expect([clock.pending, subscriber.signals.length]).toEqual([0, 1]);
  });

  it("refuses wrong arguments at the call; the policy may not be left out", () => {
    for (const wrong of [-1, Number.NaN, "5"]) {
      expect(() => timer(wrong as number, { policy: policy.drop() })).toThrow(RangeError);
    }
    // @ts-expect-error: a choice has to be made
    expect(() => timer(10)).toThrow("Cannot give timer the policy undefined");
    expect(() => timer(10, { policy: policy.drop(), clock: {} as never })).toThrow(
      "Cannot give timer the clock",
    );
  });
});
