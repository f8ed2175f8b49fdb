import { ManualSubscriber, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { OverflowPolicy } from "../kit/overflow-policy.js";
import { policy } from "../policy/policy.js";
import { OverflowError } from "../spec/errors.js";
import { interval } from "./interval.js";

function ticking(choice: OverflowPolicy<number>) {
  const clock = new VirtualClock();
  const subscriber = new ManualSubscriber<number>();
  interval(10, { policy: choice, clock }).subscribe(subscriber);
  return { clock, subscriber };
}

describe("interval", () => {
  it("counts from 0, once in each period, for each subscriber anew", () => {
    const clock = new VirtualClock();
    const flow = interval(10, { policy: policy.drop(), clock });
    const subscribers = [0, 1].map(() => {
      const subscriber = new ManualSubscriber<number>();
      flow.subscribe(subscriber);
      subscriber.request(9);
      clock.advance(5);
      return subscriber;
    });
    clock.advance(20); // 30
    expect(subscribers.map((subscriber) => subscriber.items)).toEqual([
      [0, 1, 2],
      [0, 1],
    ]);
  });

  it("does with a tick that nobody asked for as the policy says", () => {
    const wanted: [OverflowPolicy<number>, number[]][] = [
      [policy.drop(), [5]],
      [policy.latest(), [4, 5]],
      [policy.buffer({ capacity: 2, overflow: "dropNewest" }), [0, 1, 5]],
    ];
    for (const [choice, items] of wanted) {
      const { clock, subscriber } = ticking(choice);
      clock.advance(50);
      subscriber.request(9);
      clock.advance(10);
      expect(subscriber.items).toEqual(items);
    }
    const strict = ticking(policy.error());
    strict.subscriber.request(1);
    strict.clock.advance(20);
    expect([strict.subscriber.items, strict.clock.pending]).toEqual([[0], 0]);
    expect(strict.subscriber.error).toBeInstanceOf(OverflowError);
    expect(String(strict.subscriber.error)).toContain("interval has no buffer");
  });

  it("§3.12 stops its timer on cancel, in onSubscribe and onNext too", () => {
    for (const hooks of [
      { onSubscribe: (self: ManualSubscriber<number>) => self.cancel() },
      { onNext: (_: number, self: ManualSubscriber<number>) => self.cancel() },
    ]) {
      const clock = new VirtualClock();
      const subscriber = new ManualSubscriber<number>(hooks);
      interval(10, { policy: policy.latest(), clock }).subscribe(subscriber);
      subscriber.request(9);
      clock.advance(10);
      expect(clock.pending).toBe(0);
    }
  });

  it("does not drift when timers come a little late, and leaves out what it missed without a burst", () => {
    let now = 0;
    const waits: number[] = [];
    let task = (): void => {};
    const clock = {
      now: () => now,
      schedule: (delayMs: number, run: () => void) => {
        waits.push(delayMs);
        task = run;
        return () => {};
      },
    };
    const subscriber = new ManualSubscriber<number>();
    interval(10, { policy: policy.latest(), clock }).subscribe(subscriber);
    subscriber.request(9);
    for (const at of [13, 20.5, 29.5, 75, 86]) {
      now = at;
      task();
    }
    // Due at 10, 20, 30, 40; the fourth came 35 late: the next is a whole period after it.
    expect(waits).toEqual([10, 7, 9.5, 10.5, 10, 9]);
    expect(subscriber.items).toEqual([0, 1, 2, 3, 4]);
  });

  it("ends with what the clock throws", () => {
    const broken = new Error("no battery");
    const subscriber = new ManualSubscriber<number>();
    const clock = {
      now: () => 0,
      schedule: () => {
        throw broken;
      },
    };
    interval(10, { policy: policy.latest(), clock }).subscribe(subscriber);
    expect(subscriber.signals.map(({ kind }) => kind)).toEqual(["onSubscribe", "onError"]);
    expect(subscriber.error).toBe(broken);
  });

  it("refuses wrong arguments at the call; the policy may not be left out", () => {
    for (const wrong of [0, 0.5, -1, Number.NaN, "5"]) {
      expect(() => interval(wrong as number, { policy: policy.drop() })).toThrow(RangeError);
    }
    // @ts-expect-error: a choice has to be made
    expect(() => interval(10)).toThrow("Cannot give interval the policy undefined");
    // @ts-expect-error: a choice has to be made
    expect(() => interval(10, {})).toThrow(TypeError);
    expect(() => interval(10, { policy: "latest" as never })).toThrow("policy.latest()");
    expect(() => interval(10, { policy: policy.drop(), clock: 5 as never })).toThrow("the clock 5");
  });
});
