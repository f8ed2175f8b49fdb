import { debounce, policy } from "@sluice/core";
import { asapScheduler, queueScheduler, type SchedulerLike, VirtualTimeScheduler } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it } from "vitest";
import { clockOf } from "./clock-of.js";
import { viaFlow } from "./via-flow.js";

describe("clockOf", () => {
  it("lets operators of core wait in the virtual time of a TestScheduler", () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const clock = clockOf(scheduler);
      const calm = viaFlow(policy.latest<string>(), debounce(3, { clock }));
      expectObservable(cold("ab-----c|").pipe(calm)).toBe("----b---(c|)");
    });
  });

  it("never goes backwards, though the scheduler's time may", () => {
    const times = [5, 3, 8];
    const clock = clockOf({ now: () => times.shift() ?? 0, schedule: asapScheduler.schedule });
    expect([clock.now(), clock.now(), clock.now()]).toEqual([5, 5, 8]);
  });

  it("cancels what waits, once or twice, and does not run it", () => {
    const virtual = new VirtualTimeScheduler();
    const ran: string[] = [];
    const clock = clockOf(virtual);
    const cancel = clock.schedule(5, () => ran.push("cancelled"));
    clock.schedule(7, () => ran.push(`at ${clock.now()}`));
    cancel();
    cancel();
    virtual.flush();
    expect(ran).toEqual(["at 7"]);
  });

  it("never runs a task within schedule, though queueScheduler would", async () => {
    const ran: string[] = [];
    const clock = clockOf(queueScheduler);
    clock.schedule(0, () => ran.push("a"));
    const cancel = clock.schedule(0, () => ran.push("cancelled"));
    expect(ran).toEqual([]);
    cancel();
    await Promise.resolve();
    expect(ran).toEqual(["a"]);
  });

  it("throws a TypeError for what is no scheduler", () => {
    for (const wrong of [undefined, null, 5, {}, { now: () => 0 }]) {
      expect(() => clockOf(wrong as unknown as SchedulerLike)).toThrow("Cannot give clockOf the scheduler");
    }
  });
});
