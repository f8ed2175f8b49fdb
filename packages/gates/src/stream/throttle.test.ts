// What a gate does to a stream, as the source sees it: a source that counts requests.

import { filter, fromPublisher, type Gate, type Permit, range } from "@sluice/core";
import { ManualSubscriber, settled, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "../rate/token-bucket.js";
import { throttle, type ThrottleOptions } from "./throttle.js";

function throttled(gate: Gate, options?: ThrottleOptions) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(throttle(gate, options)).subscribe(subscriber);
  return { upstream, subscriber };
}

/** Grants always, and remembers what came of it. */
function grantingGate() {
  const outcomes: string[] = [];
  const asked: unknown[] = [];
  const grant = (cost?: number, request?: object): Permit => {
    asked.push({ cost, ...request });
    return { granted: true, release: (outcome = "success") => outcomes.push(outcome) };
  };
  const gate: Gate = { tryAcquire: grant, acquire: async (cost, request) => grant(cost, request) };
  return { gate, outcomes, asked };
}

describe("throttle", () => {
  it("asks for what the bucket holds in one go, for nothing while it is empty, and for more as it fills", async () => {
    const clock = new VirtualClock();
    const { upstream, subscriber } = throttled(tokenBucket({ capacity: 5, ratePerSecond: 10, clock }), {
      clock,
    });
    expect(upstream.requested).toBe(0);
    subscriber.request(256);
    expect(upstream.calls.map(({ n }) => n)).toEqual([5]);
    await clock.advanceSettled(99);
    expect(upstream.requested).toBe(5);
    await clock.advanceSettled(201);
    expect(upstream.requested).toBe(8);
    upstream.next(1, 2, 3);
    expect(subscriber.items).toEqual([1, 2, 3]);
    subscriber.cancel();
    await settled();
    expect([upstream.cancels, clock.pending]).toEqual([1, 0]);
  });

  it("asks for no more than was requested", async () => {
    const { gate } = grantingGate();
    const { upstream, subscriber } = throttled(gate);
    subscriber.request(3);
    await settled();
    expect(upstream.requested).toBe(3);
  });

  it("loses nothing and keeps the rate of a bucket that several streams share", async () => {
    const clock = new VirtualClock();
    const gate = tokenBucket({ capacity: 2, ratePerSecond: 100, clock });
    const done: number[][] = [];
    for (let i = 0; i < 3; i++) {
      range(0, 20)
        .pipe(throttle(gate, { clock, ahead: 1 }))
        .toArray()
        .then((items) => done.push(items));
    }
    await clock.advanceSettled(570);
    expect(done.length).toBeLessThan(3); // 60 items: 2 at once, 58 in 580 ms
    await clock.advanceSettled(10);
    expect(done.map((items) => items.length)).toEqual([20, 20, 20]);
    expect([gate.waiting, clock.pending]).toEqual([0, 0]);
  });

  it("waits and asks again where nobody may wait in line", async () => {
    const clock = new VirtualClock();
    const gate = tokenBucket({ capacity: 1, ratePerSecond: 10, maxWaiting: 0, clock });
    const start = range(1, 4).pipe(throttle(gate, { clock })).toArray();
    await clock.advanceSettled(300);
    expect(await start).toEqual([1, 2, 3, 4]);
  });

  it("pays the cost, by criticality and key, and counts what is dropped below as an item", async () => {
    const { gate, asked } = grantingGate();
    const odd = range(1, 4).pipe(
      throttle(gate, { cost: 3, criticality: "sheddable", key: "ann", ahead: 1 }),
      filter((n) => n % 2 === 1),
    );
    expect(await odd.toArray()).toEqual([1, 3]);
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"cost":3,"criticality":"sheddable","key":"ann"}']),
    );
    expect(asked.length).toBeGreaterThanOrEqual(4);
  });

  it("tells the gate how it went: success with an item, failure for the one that upstream failed to send", async () => {
    const ends = {
      error: ["success", "failure", "ignored", "ignored"],
      complete: ["success", "ignored", "ignored", "ignored"],
      cancel: ["success", "ignored", "ignored", "ignored"],
    };
    for (const [end, wanted] of Object.entries(ends)) {
      const { gate, outcomes } = grantingGate();
      const { upstream, subscriber } = throttled(gate, { ahead: 8 });
      subscriber.request(4);
      upstream.next(1);
      if (end === "cancel") subscriber.cancel();
      else if (end === "complete") upstream.complete();
      else upstream.error(new Error("upstream"));
      expect(outcomes, end).toEqual(wanted);
      expect([subscriber.completed, subscriber.failed], end).toEqual([end === "complete", end === "error"]);
    }
  });

  it("gives every permit back when downstream cancels within an item", () => {
    const { gate, outcomes } = grantingGate();
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.cancel() });
    range(1, 9).pipe(throttle(gate)).subscribe(subscriber);
    subscriber.request(3);
    expect(subscriber.items).toEqual([1]);
    expect(outcomes.sort()).toEqual(["ignored", "ignored", "success"]);
  });

  it("fails with a GateRejectedError for a cost that is never granted, and cancels upstream", async () => {
    const { upstream, subscriber } = throttled(tokenBucket({ capacity: 5, ratePerSecond: 1 }), { cost: 6 });
    subscriber.request(1);
    await settled();
    expect(subscriber.error).toMatchObject({ name: "GateRejectedError", message: /never grants/ });
    expect([upstream.cancels, upstream.requested]).toEqual([1, 0]);
  });

  it("refuses what is no gate and options that cannot work, by name", () => {
    const gate = tokenBucket({ capacity: 1, ratePerSecond: 1 });
    expect(() => throttle({} as never)).toThrow("Cannot give throttle the gate <object>: it must have");
    expect(() => throttle(gate, 5 as never)).toThrow(/Cannot give throttle the options 5/);
    expect(() => throttle(gate, { cost: 0 })).toThrow(/cost 0: it must be a finite number > 0/);
    expect(() => throttle(gate, { ahead: 0 })).toThrow(/Cannot give throttle the ahead 0/);
    expect(() => throttle(gate, { clock: {} as never })).toThrow(/Cannot give throttle the clock/);
    expect(() => throttle(gate, { criticality: "urgent" as never })).toThrow(/Cannot rank "urgent"/);
  });
});
