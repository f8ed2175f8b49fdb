import type { Criticality, Permit } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { CRITICALITIES } from "../gate/criticality-rank.js";
import { loadShedder, type LoadShedderOptions } from "./load-shedder.js";
import type { LoadSignal } from "./load-signal.js";

/** A shedder whose one signal says what the test wants. */
function shedder(options: Partial<LoadShedderOptions> = {}) {
  const clock = new VirtualClock();
  const signal = { name: "the queue", value: 0 as unknown, read: () => signal.value as number };
  const gate = loadShedder({ signals: [signal], sampleMs: 10, clock, ...options });
  const granted = (load: number): readonly Criticality[] => {
    signal.value = load;
    return CRITICALITIES.filter((criticality) => gate.tryAcquire(1, { criticality }).granted);
  };
  return { clock, signal, gate, granted };
}

/** The names of those who have been let in, in order. */
function admitted(): { names: string[]; wait: (name: string, permit: Promise<Permit>) => void } {
  const names: string[] = [];
  return { names, wait: (name, permit) => void permit.then(() => names.push(name)) };
}

describe("loadShedder", () => {
  it("refuses what matters least first, and admits it last", () => {
    const { gate, granted } = shedder();
    expect([0.6, 0.7, 0.9, 0.85, 0.7, 0.6].map((load) => granted(load).length)).toEqual([4, 2, 1, 1, 2, 4]);
    expect(gate.snapshot()).toMatchObject({
      granted: 14,
      refused: 10,
      waiting: 0,
      load: 0.6,
      signal: "the queue",
    });
  });

  it("says why, and when to ask again, to people and to programs", () => {
    const { gate, granted } = shedder({ retryAfterMs: 250 });
    expect(granted(0.754)).toEqual(["critical", "criticalPlus"]);
    expect(gate.shed).toEqual(["sheddable", "sheddablePlus"]);
    expect(gate.tryAcquire(1, { criticality: "sheddable" })).toEqual({
      granted: false,
      reason: "the load shedder refuses what is sheddable: the queue is at 75 %",
      retryAfterMs: 250,
      cause: "overload",
    });
  });

  it("goes by the highest of its signals, and by levels of its owner", () => {
    const calm: LoadSignal = { name: "calm", read: () => 0.1 };
    const { gate } = shedder({
      signals: [calm, { name: "the heap", read: () => 0.8 }],
      levels: { critical: 0.5, criticalPlus: 0.8 },
    });
    expect(gate.tryAcquire(1, { criticality: "criticalPlus" })).toMatchObject({
      reason: "the load shedder refuses what is criticalPlus: the heap is at 80 %",
    });
    expect(gate.shed).toHaveLength(4);
  });

  it("admits all while its signals are broken, and counts that", () => {
    const { gate, signal } = shedder();
    signal.value = Number.NaN;
    expect(gate.tryAcquire(1, { criticality: "sheddable" }).granted).toBe(true);
    expect(gate.snapshot()).toMatchObject({ faults: 1, lastFault: expect.any(RangeError), signal: "" });
  });

  it("lets those who wait in when the load has fallen, at first one, then two, then four, and fewer after another rise", async () => {
    const { gate, signal, clock } = shedder();
    const { names, wait } = admitted();
    signal.value = 2;
    for (let i = 0; i < 12; i += 1) wait(`${i}`, gate.acquire(1, { criticality: "sheddable" }));
    await clock.advanceSettled(100);
    expect(names).toHaveLength(0);
    signal.value = 0.5;
    const counts: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      await clock.advanceSettled(10);
      counts.push(names.length);
    }
    expect(counts).toEqual([1, 3, 7]);
    signal.value = 2;
    await clock.advanceSettled(20);
    signal.value = 0.5;
    await clock.advanceSettled(10);
    expect(names).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    await clock.advanceSettled(1000);
    expect(names).toHaveLength(12);
    expect(clock.pending).toBe(0);
  });

  it("lets the most critical in first, while the others still wait", async () => {
    const { gate, signal, clock } = shedder();
    const { names, wait } = admitted();
    signal.value = 2;
    wait("sheddable", gate.acquire(1, { criticality: "sheddable" }));
    wait("critical", gate.acquire(1, { criticality: "critical" }));
    signal.value = 0.75;
    await clock.advanceSettled(100);
    expect(names).toEqual(["critical"]);
    // Who has come later and is as critical as those who wait is not admitted before them.
    signal.value = 0.65;
    expect(gate.tryAcquire(1, { criticality: "sheddable" })).toMatchObject({ granted: false });
    expect(gate.tryAcquire(1, { criticality: "critical" })).toMatchObject({ granted: true });
  });

  it("looks at those who wait when a permit comes back, too", async () => {
    const { gate, signal } = shedder();
    const { names, wait } = admitted();
    const first = gate.tryAcquire() as Permit;
    signal.value = 2;
    wait("second", gate.acquire(1, { criticality: "sheddable" }));
    signal.value = 0.1;
    first.release();
    await new Promise(setImmediate);
    expect(names).toEqual(["second"]);
  });

  it("leaves no timer when the last who waited has gone", async () => {
    const { gate, signal, clock } = shedder({ maxWaiting: 1 });
    signal.value = 2;
    const leave = new AbortController();
    const waiting = gate.acquire(1, { criticality: "sheddable", signal: leave.signal });
    expect(clock.pending).toBe(1);
    await expect(gate.acquire(1, { criticality: "sheddable" })).rejects.toMatchObject({
      code: "GATE_REJECTED",
      cause: "overload",
      retryAfterMs: undefined,
    });
    leave.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    expect([clock.pending, gate.waiting]).toEqual([0, 0]);
  });

  it("goes on serving those who wait after its clock has gone back", async () => {
    const tasks: (() => void)[] = [];
    let now = 1e6;
    const schedule = (_: number, task: () => void) => {
      tasks.push(task);
      return () => {};
    };
    const { gate, signal } = shedder({ clock: { now: () => now, schedule } });
    signal.value = 2;
    const { names, wait } = admitted();
    for (const name of ["a", "b"]) wait(name, gate.acquire(1, { criticality: "sheddable" }));
    signal.value = 0;
    tasks.pop()?.();
    now = 0;
    tasks.pop()?.();
    await new Promise(setImmediate);
    expect(names).toEqual(["a", "b"]);
  });

  it("bears a signal that asks the gate itself, and one that makes somebody stop waiting", async () => {
    const clock = new VirtualClock();
    const leave = new AbortController();
    let load = 2;
    let asks = 0;
    const gate = loadShedder({
      signals: [
        {
          name: "odd",
          read() {
            if (asks++ === 2) leave.abort(new Error("gone"));
            if (asks === 1) gate.tryAcquire();
            return load;
          },
        },
      ],
      sampleMs: 10,
      clock,
    });
    const [first, second] = [leave.signal, undefined].map((signal) =>
      gate.acquire(1, { criticality: "sheddable", signal }),
    );
    load = 0;
    await expect(first).rejects.toThrow("gone");
    await clock.advanceSettled(50);
    await expect(second).resolves.toMatchObject({ granted: true });
    expect([gate.waiting, clock.pending]).toEqual([0, 0]);
  });

  it("refuses options that cannot work, by name", () => {
    const cases: readonly [object | undefined, RegExp][] = [
      [undefined, /signals undefined: it takes an array of at least one/],
      [{ signals: [] }, /it takes an array of at least one/],
      [{ signals: [{}] }, /signal <object>: it must have a name and read/],
      [{ hysteresis: 1 }, /load shedder with a hysteresis of 1: it must be a number >= 0 and <= 0.99/],
      [{ levels: 0.5 }, /levels of a load shedder the options 0.5/],
      [{ retryAfterMs: -1 }, /a load shedder a retryAfterMs of -1 ms/],
      [{ sampleMs: 0 }, /a load shedder a sampleMs of 0 ms/],
      [{ maxWaiting: -1 }, /load shedder with maxWaiting -1/],
      [{ clock: {} }, /a load shedder the clock <object>/],
    ];
    for (const [options, text] of cases) {
      const given =
        options === undefined ? undefined : { signals: [{ name: "a", read: () => 0 }], ...options };
      expect(() => loadShedder(given as never)).toThrow(text);
    }
  });
});
