import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Clock } from "../spec/clock.js";
import { Alarm } from "./alarm.js";
import { onDroppedError } from "./dropped.js";

function alarmOf(clock: Clock) {
  const rings: number[] = [];
  const errors: unknown[] = [];
  const alarm: Alarm = new Alarm(
    clock,
    () => void rings.push(clock.now()),
    (error) => void errors.push(error),
  );
  return { alarm, rings, errors };
}

describe("Alarm", () => {
  it("rings once, when its time has come", () => {
    const clock = new VirtualClock();
    const { alarm, rings } = alarmOf(clock);
    alarm.set(10);
    expect([alarm.isSet, clock.pending]).toEqual([true, 1]);
    clock.advance(50);
    expect([rings, alarm.isSet, clock.pending]).toEqual([[10], false, 0]);
  });

  it("rings at the time set last, and leaves no other timer", () => {
    const clock = new VirtualClock();
    const { alarm, rings } = alarmOf(clock);
    alarm.set(10);
    alarm.set(30);
    expect(clock.pending).toBe(1);
    clock.advance(50);
    expect(rings).toEqual([30]);
  });

  it("is silent when cleared, and can be set again; once closed it cannot", () => {
    const clock = new VirtualClock();
    const { alarm, rings } = alarmOf(clock);
    alarm.set(10);
    alarm.clear();
    alarm.clear();
    expect(clock.pending).toBe(0);
    alarm.set(20);
    clock.advance(20);
    alarm.close();
    alarm.set(5);
    clock.advance(20);
    expect([rings, clock.pending, alarm.isSet]).toEqual([[20], 0, false]);
  });

  it("does not hear a clock that runs a task twice, or one that was cancelled", () => {
    const tasks: (() => void)[] = [];
    const clock: Clock = {
      now: () => 7,
      schedule: (_, task) => {
        tasks.push(task);
        return () => {};
      },
    };
    const { alarm, rings } = alarmOf(clock);
    alarm.set(1);
    alarm.set(2);
    for (const task of [...tasks, ...tasks]) task();
    expect(rings).toEqual([7]);
    alarm.set(3);
    alarm.close();
    for (const task of tasks) task();
    expect(rings).toEqual([7]);
  });

  it("§3.13 leaves no timer where a clock runs a task before schedule has returned", () => {
    const pending = new Set<number>();
    let made = 0;
    let rings = 0;
    const hasty: Clock = {
      now: () => 0,
      schedule: (delayMs, task) => {
        const id = made++;
        if (delayMs === 0) task();
        else pending.add(id);
        return () => void pending.delete(id);
      },
    };
    const alarm: Alarm = new Alarm(
      hasty,
      () => {
        rings++;
        alarm.set(10);
      },
      () => {},
    );
    alarm.set(0);
    expect([rings, alarm.isSet, pending.size]).toEqual([1, true, 1]);
    alarm.close();
    expect(pending.size).toBe(0);
  });

  it("tells what the clock threw, and drops what the cancelling threw", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => void dropped.push(error));
    const broken = new Error("no battery");
    let works = false;
    const { alarm, errors } = alarmOf({
      now: () => {
        throw broken;
      },
      schedule: () => {
        if (!works) throw "stuck";
        return () => {
          throw broken;
        };
      },
    });
    expect(alarm.now()).toBeNaN();
    alarm.set(1);
    expect(alarm.isSet).toBe(false);
    works = true;
    alarm.set(1);
    alarm.close();
    restore();
    expect(errors.map(String)).toEqual([
      "Error: no battery",
      'Error: clock.schedule threw "stuck", which is no Error',
    ]);
    expect(dropped).toEqual([broken]);
  });
});
