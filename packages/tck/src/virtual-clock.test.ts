import { describe, expect, it } from "vitest";
import { VirtualClock } from "./virtual-clock.js";

describe("VirtualClock", () => {
  it("runs tasks by time, and those of the same time in the order of scheduling", () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.schedule(20, () => ran.push(`late at ${clock.now()}`));
    clock.schedule(10, () => ran.push(`first at ${clock.now()}`));
    clock.schedule(10, () => ran.push(`second at ${clock.now()}`));
    clock.advance(15);
    expect(ran).toEqual(["first at 10", "second at 10"]);
    expect(clock.now()).toBe(15);
    clock.advance(5);
    expect(ran).toEqual(["first at 10", "second at 10", "late at 20"]);
  });

  it("runs within one advance what tasks schedule on the way, never within schedule itself", () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    const tick = (): void => {
      ran.push(clock.now());
      if (ran.length < 3) clock.schedule(10, tick);
    };
    clock.schedule(0, tick);
    expect(ran).toEqual([]);
    clock.advance(100);
    expect(ran).toEqual([0, 10, 20]);
  });

  it("forgets a cancelled task, and bears a cancel after it ran", () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    const cancel = clock.schedule(5, () => ran.push("cancelled"));
    const cancelLate = clock.schedule(5, () => ran.push("ran"));
    cancel();
    expect(clock.pending).toBe(1);
    clock.advance(5);
    cancel();
    cancelLate();
    expect(ran).toEqual(["ran"]);
    expect(clock.pending).toBe(0);
  });

  it("lets a task cancel another of the same time", () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.schedule(5, () => cancel());
    const cancel = clock.schedule(5, () => ran.push("cancelled"));
    clock.advance(5);
    expect(ran).toEqual([]);
  });

  it("stops a task that schedules itself without delay", () => {
    const clock = new VirtualClock({ maxTasks: 50 });
    const again = (): void => {
      clock.schedule(0, again);
    };
    again();
    expect(() => clock.advance(1)).toThrow("Cannot advance to 1 ms: 50 tasks ran by 0 ms, and more wait");
  });

  it("holds no more tasks than its capacity", () => {
    const clock = new VirtualClock({ capacity: 1 });
    clock.schedule(1, () => {});
    expect(() => clock.schedule(1, () => {})).toThrow("Cannot schedule task 2: capacity is 1 tasks");
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a delay or an advance of %s ms", (ms) => {
    const clock = new VirtualClock();
    expect(() => clock.schedule(ms, () => {})).toThrow(RangeError);
    expect(() => clock.advance(ms)).toThrow(RangeError);
  });

  it("lets an error of a task out of advance and goes on afterwards", () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.schedule(1, () => {
      throw new Error("a broken task");
    });
    clock.schedule(2, () => ran.push("next"));
    expect(() => clock.advance(5)).toThrow("a broken task");
    clock.advance(5);
    expect(ran).toEqual(["next"]);
  });

  it("lets code that awaits go on between tasks, each at its own time", async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const work = async (name: string, ms: number): Promise<void> => {
      for (let n = 0; n < 3; n++) {
        await clock.sleep(ms);
        await Promise.resolve().then(() => Promise.resolve());
        seen.push(`${name} at ${clock.now()}`);
      }
    };
    const all = Promise.all([work("a", 10), work("b", 15)]);
    await clock.advanceSettled(30);
    expect(seen).toEqual(["a at 10", "b at 15", "a at 20", "b at 30", "a at 30"]);
    await clock.advanceSettled(100);
    await all;
    expect([clock.now(), clock.pending]).toEqual([130, 0]);
  });

  it("ends a sleep with the reason of its signal, and keeps no task for it", async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const sleeping = clock.sleep(10, { signal: stop.signal });
    stop.abort("enough");
    await expect(sleeping).rejects.toBe("enough");
    await expect(clock.sleep(10, { signal: stop.signal })).rejects.toBe("enough");
    expect(clock.pending).toBe(0);
  });

  it("stops a task that schedules itself without delay, also between promises", async () => {
    const clock = new VirtualClock({ maxTasks: 5 });
    const again = (): void => void clock.schedule(0, again);
    again();
    await expect(clock.advanceSettled(1)).rejects.toThrow(
      "Cannot advance to 1 ms: 5 tasks ran by 0 ms, and more wait",
    );
    await expect(clock.advanceSettled(-1)).rejects.toThrow("Cannot advance by -1 ms");
  });

  it("never lets time go back, also when a task moves it on itself", async () => {
    const clock = new VirtualClock();
    clock.schedule(10, () => clock.advance(50));
    clock.advance(20);
    expect(clock.now()).toBe(60);
    clock.schedule(10, () => clock.advance(50));
    await clock.advanceSettled(20);
    expect(clock.now()).toBe(120);
  });

  it("lets fifty awaits follow one another, and so many turns of the host as it is told", async () => {
    const endOf = async (clock: VirtualClock, step: () => unknown, steps: number): Promise<number> => {
      let end = -1;
      clock.schedule(1, async () => {
        for (let n = 0; n < steps; n++) await step();
        end = clock.now();
      });
      clock.schedule(2, () => {});
      await clock.advanceSettled(2);
      return end;
    };
    expect(await endOf(new VirtualClock(), () => null, 50)).toBe(1);
    const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    expect(await endOf(new VirtualClock(), immediate, 2)).toBe(1);
    expect(await endOf(new VirtualClock({ turns: 12 }), immediate, 10)).toBe(1);
  });

  it("refuses what is no task and no bound at the call", () => {
    expect(() => new VirtualClock().schedule(1, undefined as never)).toThrow(TypeError);
    expect(() => new VirtualClock({ capacity: Number.NaN })).toThrow(
      "Cannot make a clock with capacity NaN: it must be an integer >= 1",
    );
  });
});
