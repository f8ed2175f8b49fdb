import { describe, expect, it } from "vitest";
import { aimd } from "./aimd.js";
import { gradient2 } from "./gradient2.js";
import type { LimitAlgorithm, LimitBounds } from "./limit-algorithm.js";
import { vegas } from "./vegas.js";

const BOUNDS: LimitBounds = { initial: 20, min: 1, max: 200 };
type Sample = readonly [rttMs: number, inFlight: number, dropped?: boolean];

/** The limits after each sample. */
function limits(rule: LimitAlgorithm, bounds: Partial<LimitBounds>, ...samples: Sample[]): number[] {
  const estimate = rule.begin({ ...BOUNDS, ...bounds });
  return samples.map(([rttMs, inFlight, dropped = false]) => {
    estimate.update({ rttMs, inFlight, dropped });
    return estimate.limit;
  });
}
const halve = (limit: number): number => limit / 2;

describe.each([aimd(), vegas(), gradient2()])("$name", (rule) => {
  it("begins where it is told, and an estimate for each gate", () => {
    const [a, b] = [rule.begin(BOUNDS), rule.begin({ ...BOUNDS, initial: 50 })];
    for (let i = 0; i < 5; i += 1) a.update({ rttMs: 10, inFlight: 100, dropped: false });
    expect([b.limit, a.limit > 20]).toEqual([50, true]);
  });

  it("does not grow when the limit was not what held the work back", () => {
    expect(limits(rule, {}, [10, 4], [10, 9], [10, 9], [10, 9])).toEqual([20, 20, 20, 20]);
  });

  it("stays between min and max, whatever comes", () => {
    const rise = limits(rule, { max: 25 }, ...Array.from({ length: 200 }, (): Sample => [10, 100]));
    const fall = limits(
      rule,
      { min: 15 },
      [1, 100],
      ...Array.from({ length: 200 }, (_, i): Sample => [(i + 2) ** 2, 100, true]),
    );
    expect([Math.max(...rise), rise.at(-1)]).toEqual([25, 25]);
    expect(Math.min(...fall)).toBe(15);
    for (const limit of [...rise, ...fall]) expect(Number.isInteger(limit)).toBe(true);
  });
});

describe("aimd", () => {
  it("adds one for a window without failure, leaves nine tenths after one with, or with late work", () => {
    expect(limits(aimd(), { initial: 30 }, [1, 15], [1, 31, true], [5000, 30], [5001, 30])).toEqual([
      31, 27, 28, 25,
    ]);
    expect(limits(aimd({ backoffRatio: 0.5, timeoutMs: 10 }), {}, [11, 20], [10, 20])).toEqual([10, 11]);
  });
});

describe("vegas", () => {
  it("grows by beta without a queue, by little with a small one, rests, and shrinks with a long one", () => {
    // Ten under way: a queue of 10 x (1 - 10/rtt).
    const after = (rtt: number): number | undefined =>
      limits(vegas(), { initial: 10 }, [10, 10], [rtt, 10]).at(-1);
    expect([10, 11, 12, 14, 26].map(after)).toEqual([16, 16, 11, 10, 9]);
  });

  it("takes only part of a step when it is smoothed", () => {
    const rule = vegas({ decrease: halve, smoothing: 0.5 });
    expect(limits(rule, { initial: 100 }, [10, 100], [20, 100], [20, 100])).toEqual([100, 75, 56]);
  });

  it("shrinks at a failure, whatever the delay", () => {
    expect(limits(vegas({ decrease: halve }), { initial: 100 }, [10, 100], [10, 1, true])).toEqual([100, 50]);
  });

  it("measures the time without load anew from time to time, so that it follows a service that became slower", () => {
    const slower = Array.from({ length: 15 }, (): Sample => [20, 10]);
    // After 0.75 x 1 x 10 windows it takes 20 ms for the time without load, and grows again.
    const rule = vegas({ probeMultiplier: 1, random: () => 0.5 });
    const seen = limits(rule, { initial: 10 }, [10, 10], ...slower);
    expect(seen.slice(0, 9)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 16]);
  });
});

it.each([
  [aimd(), 18],
  [vegas(), 19],
  [gradient2(), 20],
])("%o hears of failures before any success, and takes no delay from them", (rule, limit) => {
  const estimate = rule.begin({ initial: 20, min: 1, max: 200 });
  estimate.update({ rttMs: 1, inFlight: 20, dropped: true, failedSoFar: true });
  expect(estimate.limit).toBe(limit);
  const fresh = rule.begin({ initial: limit, min: 1, max: 200 });
  for (const one of [estimate, fresh]) {
    for (let i = 0; i < 5; i += 1) one.update({ rttMs: 50, inFlight: 20, dropped: false });
  }
  expect(estimate.limit).toBe(fresh.limit);
});

describe("gradient2", () => {
  it("grows by its queue while delay is as in the long run, and shrinks by half at most when it is not", () => {
    expect(limits(gradient2({ smoothing: 1 }), {}, [10, 20], [10, 24], [1000, 28])).toEqual([24, 28, 18]);
  });

  it("does not hear of failures, and falls to twice its queue and no lower", () => {
    const estimate = gradient2().begin({ initial: 20, min: 1, max: 200 });
    const update = (rttMs: number): void =>
      estimate.update({ rttMs, inFlight: estimate.limit, dropped: true });
    for (let i = 0; i < 300; i += 1) update(10);
    expect(estimate.limit).toBe(200);
    for (let i = 0; i < 300; i += 1) update(10 * 1.2 ** i);
    expect(estimate.limit).toBe(8);
  });

  it("brings the long run back when delay has become much shorter", () => {
    const rule = gradient2({ tolerance: 1, smoothing: 1, queueSize: () => 0 });
    const slow = Array.from({ length: 10 }, (): Sample => [100, 100]);
    const quick = Array.from({ length: 20 }, (): Sample => [10, 100]);
    const seen = limits(rule, { initial: 100 }, ...slow, ...quick, [40, 100]);
    expect(seen.at(-2)).toBe(100);
    expect(seen.at(-1)).toBeGreaterThan(80); // 100 x 0.95^20 = 36 and not 94, which would let 40 pass as fast
    expect(seen.at(-1)).toBeLessThan(100);
  });
});

describe("rules told what cannot work", () => {
  it.each([
    [
      () => aimd({ backoffRatio: 0.4 }),
      RangeError,
      "aimd with a backoffRatio of 0.4: it must be a number >= 0.5",
    ],
    [() => aimd({ timeoutMs: 0 }), RangeError, "aimd with a timeoutMs of 0: it must be a number > 0"],
    [() => aimd(5 as never), TypeError, "Cannot give aimd the options 5"],
    [() => vegas({ smoothing: 0 }), RangeError, "vegas with a smoothing of 0"],
    [() => vegas({ probeMultiplier: Number.NaN }), RangeError, "vegas with a probeMultiplier of NaN"],
    [
      () => vegas({ alpha: 3 as never }),
      TypeError,
      "Cannot tell the alpha of vegas with 3: it takes a function",
    ],
    [() => vegas({ random: null as never }), TypeError, "the random of vegas with null"],
    [() => gradient2({ tolerance: 0.9 }), RangeError, "gradient2 with a tolerance of 0.9"],
    [() => gradient2({ smoothing: 2 }), RangeError, "gradient2 with a smoothing of 2"],
    [() => gradient2({ longWindow: "600" as never }), RangeError, 'gradient2 with a longWindow of "600"'],
    [() => gradient2({ queueSize: 4 as never }), TypeError, "the queueSize of gradient2 with 4"],
  ])("refuses %s by name", (make, type, message) => {
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });
});
