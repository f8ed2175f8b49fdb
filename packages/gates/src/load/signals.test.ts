import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { smoothed, weighted } from "./combined-signals.js";
import { LoadReading } from "./load-reading.js";
import type { LoadSignal } from "./load-signal.js";
import { lag, queueDelay, queueDepth } from "./ratio-signals.js";

const fixed = (value: number, name = "fixed"): LoadSignal => ({ name, read: () => value });

describe("queueDepth, queueDelay, lag", () => {
  it("say what there is as a share of what is meant to be at most", () => {
    expect(queueDepth(() => 30, 20).read()).toBe(1.5);
    expect(queueDelay(() => 5, 20).read()).toBe(0.25);
    expect(lag(() => 0, 20, "orders").name).toBe("orders");
  });

  it("take less than nothing for nothing: two looks at a clock, or at a log, are not at one moment", () => {
    expect([queueDelay(() => -0.001, 20), lag(() => -5, 10)].map((signal) => signal.read())).toEqual([0, 0]);
    expect(queueDepth(() => Number.NaN, 10).read()).toBeNaN();
  });

  it("refuse what is no function and what is no limit, by name", () => {
    for (const [make, text] of [
      [() => queueDepth(5 as never, 1), /Cannot read the load of queueDepth with 5: it takes a function/],
      [() => queueDepth(() => 0, 0), /queueDepth with a capacity of 0: it must be a number > 0/],
      [() => queueDelay(() => 0, Number.NaN), /queueDelay with a targetMs of NaN/],
      [() => lag(() => 0, Number.POSITIVE_INFINITY), /lag with a target of Infinity/],
    ] as const) {
      expect(make).toThrow(text);
    }
  });
});

describe("LoadReading", () => {
  it("takes the worst of its signals, and says whose it is", () => {
    const reading = new LoadReading([fixed(0.2, "a"), fixed(0.9, "b"), fixed(0.5, "c")]);
    expect([reading.read(), reading.name]).toEqual([0.9, "b"]);
  });

  it("takes the worst, also when that has no name", () => {
    expect(new LoadReading([fixed(0.9, ""), fixed(0.1, "b")]).read()).toBe(0.9);
  });

  it("leaves out a signal that throws or says no load, counts that, and hears it again when it is well", () => {
    let value: unknown = 0.9;
    const shaky: LoadSignal = {
      name: "shaky",
      read: () => {
        if (value === "throws") throw new Error("broken");
        return value as number;
      },
    };
    const reading = new LoadReading([shaky, fixed(0.2, "steady")]);
    const wrong = ["throws", Number.NaN, -1, Number.POSITIVE_INFINITY, "1", undefined];
    for (const each of wrong) {
      value = each;
      expect([reading.read(), reading.name]).toEqual([0.2, "steady"]);
    }
    expect(reading.faults).toBe(wrong.length);
    expect(String(reading.lastFault)).toMatch(/Cannot take the load undefined of shaky: it must be a finite/);
    value = 0.9;
    expect(reading.read()).toBe(0.9);
    value = "throws";
    expect([new LoadReading([shaky]).read(), reading.faults]).toEqual([0, wrong.length]);
  });
});

describe("weighted", () => {
  it("is the mean by weight, whatever the weights add up to", () => {
    const parts = [
      { signal: fixed(1), weight: 30 },
      { signal: fixed(0), weight: 10 },
    ];
    expect(weighted(parts).read()).toBe(0.75);
  });

  it("refuses what is no signal and what is no weight, by name", () => {
    const part = { signal: fixed(1, "one"), weight: 0 };
    expect(() => weighted([part])).toThrow(
      /weighted signal with a weight of one of 0: it must be a number > 0/,
    );
    expect(() => weighted([])).toThrow(/Cannot give weighted the signals <object>: it takes an array/);
    expect(() => weighted([{ signal: {} as never, weight: 1 }])).toThrow(
      /the signal <object>: it must have a/,
    );
    expect(() => weighted([null as never])).toThrow(/the signal null/);
  });
});

describe("smoothed", () => {
  it("counts what was half as much after each half-life", () => {
    const clock = new VirtualClock();
    let value = 0;
    const signal = smoothed({ name: "a", read: () => value }, { halfLifeMs: 100, clock });
    expect(signal.read()).toBe(0);
    value = 1;
    const means = [100, 100, 0, 1e9].map((ms) => {
      clock.advance(ms);
      return signal.read();
    });
    expect(means).toEqual([0.5, 0.75, 0.75, 1]);
  });

  it("takes a clock that goes back as one that stands", () => {
    let now = 1000;
    const clock = { now: () => now, schedule: () => () => {} };
    let value = 0;
    const signal = smoothed({ name: "a", read: () => value }, { halfLifeMs: 100, clock });
    signal.read();
    value = 1;
    now = 0;
    expect(signal.read()).toBe(0);
    now = 100;
    expect(signal.read()).toBe(0.5);
  });

  it("refuses options that cannot work", () => {
    expect(() => smoothed(fixed(1), { halfLifeMs: 0 })).toThrow(/halfLifeMs 0 ms/);
    expect(() => smoothed(fixed(1), undefined as never)).toThrow(/halfLifeMs undefined ms/);
    expect(() => smoothed(fixed(1), { halfLifeMs: 5, clock: {} as never })).toThrow(/clock <object>/);
    expect(() => smoothed(5 as never, { halfLifeMs: 5 })).toThrow(/the signal 5/);
  });
});
