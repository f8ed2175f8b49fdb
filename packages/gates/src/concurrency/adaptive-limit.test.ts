import { type Permit, SluiceError } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AdaptiveLimit, type AdaptiveLimitOptions, adaptiveLimit } from "./adaptive-limit.js";
import { aimd } from "./aimd.js";
import { gradient2 } from "./gradient2.js";
import type { LimitAlgorithm, LimitSample } from "./limit-algorithm.js";
import { vegas } from "./vegas.js";

function granted(gate: AdaptiveLimit, cost = 1): Permit {
  const answer = gate.tryAcquire(cost);
  if (answer.granted) return answer;
  throw new Error(answer.reason);
}

/** A gate whose limit is what the test says after each piece of work, and what its algorithm was told. */
function told(options: Partial<AdaptiveLimitOptions> = {}) {
  const clock = new VirtualClock();
  const samples: LimitSample[] = [];
  const said = { limit: 3 };
  const algorithm: LimitAlgorithm = {
    name: "as told",
    begin: () => ({
      get limit() {
        return said.limit;
      },
      update: (sample) => void samples.push(sample),
    }),
  };
  const window = { minMs: 1, samples: 1 };
  const gate = adaptiveLimit({ algorithm, initial: 3, max: 10, window, clock, ...options });
  /** Work of so long that is over. */
  const work = (ms: number, outcome: "success" | "failure" | "ignored" = "success"): void => {
    const permit = granted(gate);
    clock.advance(ms);
    permit.release(outcome);
  };
  work(5, "failure"); // the first window begins
  return { clock, samples, said, gate, work };
}

describe("adaptiveLimit", () => {
  it("grants as many at once as its limit, and moves it with what the work shows", () => {
    const { gate, samples, said, work } = told();
    const two = [granted(gate), granted(gate)];
    said.limit = 7;
    work(20);
    expect(samples).toEqual([{ rttMs: 20, inFlight: 3, dropped: true }]); // the first failure is of this window
    expect([gate.limit, gate.inUse]).toEqual([7, 2]);
    granted(gate, 5);
    expect(gate.tryAcquire()).toEqual({
      granted: false,
      reason: "the adaptive limit is full",
      retryAfterMs: undefined,
      cause: "concurrency",
    });
    for (const permit of two) permit.release("ignored");
    expect([gate.inUse, samples.length]).toEqual([5, 1]);
  });

  it.each([vegas({ random: () => 1 }), gradient2({ tolerance: 1.1 })])(
    "finds the same limit when the service refused at once at first: %o",
    (algorithm) => {
      const limits = [0, 3000].map((downMs) => {
        const clock = new VirtualClock();
        const gate = adaptiveLimit({ algorithm, clock, max: 200 });
        /** All that the gate grants at once; the service takes 50 ms for 100 of them, or as much longer. */
        const round = (outcome: "success" | "failure"): void => {
          const permits: Permit[] = [];
          while (permits.length < gate.limit) permits.push(granted(gate));
          clock.advance(outcome === "failure" ? 1 : Math.max(50, permits.length / 2));
          for (const permit of permits) permit.release(outcome);
        };
        while (clock.now() < downMs) round("failure");
        for (let i = 0; i < 600; i += 1) round("success");
        return gate.limit;
      });
      expect(limits[0]).toBeGreaterThan(90);
      expect(limits[1]).toBeGreaterThan(90);
    },
  );

  it("learns nothing from what is ignored", () => {
    const { samples, work } = told();
    for (let i = 0; i < 9; i += 1) work(10, "ignored");
    expect(samples).toEqual([]);
  });

  it("serves those who wait when the limit grows, and grants nothing above a limit that fell", async () => {
    const { gate, said, clock } = told();
    const held = [granted(gate), granted(gate), granted(gate)];
    let served = 0;
    for (let i = 0; i < 9; i += 1) {
      void gate.acquire().then((permit) => {
        served += 1;
        held.push(permit);
      });
    }
    clock.advance(10);
    said.limit = 6;
    held.shift()?.release();
    await clock.advanceSettled(10);
    expect([served, gate.inUse, gate.limit]).toEqual([4, 6, 6]);
    said.limit = 2;
    for (let i = 0; i < 4; i += 1) held.shift()?.release();
    await clock.advanceSettled(10);
    expect([served, gate.inUse, gate.limit]).toEqual([4, 2, 2]);
    held.shift()?.release();
    await clock.advanceSettled(0);
    expect([served, gate.inUse]).toEqual([5, 2]);
  });

  it("grants what costs more than the limit alone, and refuses for good what costs more than it may become", () => {
    const { gate } = told();
    const one = granted(gate);
    expect(gate.tryAcquire(5)).toMatchObject({ granted: false, cause: "concurrency" });
    one.release();
    const large = granted(gate, 5);
    expect([gate.inUse, gate.tryAcquire(0.1).granted, gate.tryAcquire(11)]).toMatchObject([
      5,
      false,
      { cause: "cost" },
    ]);
    large.release();
    expect(gate.inUse).toBe(0);
  });

  it("has the place back when its algorithm or its clock throws, and leaves the limit as it is", () => {
    const algorithm: LimitAlgorithm = {
      name: "broken",
      begin: () => ({
        limit: Number.NaN,
        update: () => {
          throw new Error("cannot divide");
        },
      }),
    };
    const { gate, clock } = told({ algorithm });
    const [first, second] = [granted(gate), granted(gate)];
    clock.advance(10);
    expect(() => first.release()).toThrow("cannot divide");
    expect([gate.inUse, gate.limit]).toEqual([1, 3]);
    clock.now = () => {
      throw new Error("no time");
    };
    expect(() => second.release()).toThrow("no time");
    expect(gate.inUse).toBe(0);
  });

  it.each([
    [Number.NaN, 3],
    [-1, 3],
    [0, 3],
    [1, 2],
    [Number.POSITIVE_INFINITY, 10],
  ])("keeps to its bounds when an algorithm says %d", (limit, kept) => {
    const { gate, said, work } = told({ min: 2 });
    said.limit = limit;
    work(10);
    expect(gate.limit).toBe(kept);
  });

  it("tells who looks what it is doing, and counts mistakes", () => {
    const gate = adaptiveLimit({ algorithm: vegas(), initial: 5 });
    const permit = granted(gate);
    expect(gate).toMatchObject({ kind: "gate", name: "the adaptive limit", isIdle: false });
    permit.release();
    expect(() => permit.release("failure")).toThrow(SluiceError);
    expect((gate as unknown as { snapshot(): object }).snapshot()).toEqual({
      ...{ granted: 1, refused: 0, waiting: 0, misused: 1, limit: 5, inUse: 0, algorithm: "vegas" },
    });
    expect(gate).toMatchObject({ isIdle: true });
  });

  it.each([aimd(), vegas(), gradient2(), undefined])(
    "never has more under way than its limit: %o",
    (algorithm) => {
      const step = fc.record({
        ms: fc.integer({ min: -50, max: 300 }),
        pick: fc.nat(99),
        outcome: fc.nat(9),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
          let now = 0;
          const clock = { now: () => now, schedule: () => () => {} };
          const window = { minMs: 10, samples: 3 };
          const gate = adaptiveLimit({
            ...(algorithm && { algorithm }),
            initial: 5,
            min: 2,
            max: 12,
            window,
            clock,
          });
          const held: Permit[] = [];
          for (const { ms, pick, outcome } of steps) {
            now += ms;
            const { limit, inUse } = gate;
            const answer = gate.tryAcquire();
            expect(answer.granted).toBe(inUse + 1 <= limit);
            if (answer.granted) held.push(answer);
            if (pick % 2 === 0) continue;
            const [permit] = held.splice(pick % Math.max(1, held.length), 1);
            permit?.release((["failure", "ignored"] as const)[outcome] ?? "success");
            expect(gate.limit).toBeGreaterThanOrEqual(2);
            expect(gate.limit).toBeLessThanOrEqual(12);
            expect(Number.isInteger(gate.limit)).toBe(true);
          }
          for (const permit of held) permit.release();
          expect(gate.inUse).toBe(0);
        }),
      );
    },
  );

  it.each([
    [{ min: 0 }, RangeError, "Cannot make a limit that adapts with a min of 0"],
    [{ max: 5, min: 6 }, RangeError, "with a max of 5: it must be a number >= 6"],
    [{ initial: 2000 }, RangeError, "with an initial limit of 2000: it must be a number >= 1 and <= 1000"],
    [
      { algorithm: "vegas" },
      TypeError,
      'a limit that adapts with the algorithm "vegas": it must be aimd(), vegas()',
    ],
    [{ window: { minMs: 0 } }, RangeError, "a window whose minMs is that of 0"],
    [{ window: { minMs: 50, maxMs: 10 } }, RangeError, "maxMs is that of 10"],
    [{ window: { samples: Number.NaN } }, RangeError, "samples are that of NaN"],
    [{ window: 5 }, TypeError, "the window of a limit that adapts the options 5"],
    [{ maxWaiting: 0.5 }, RangeError, "with maxWaiting 0.5"],
    [{ discipline: "best" }, TypeError, 'the discipline "best"'],
    [{ clock: 5 }, TypeError, "the clock 5"],
    ["fast", TypeError, 'Cannot give adaptiveLimit the options "fast"'],
  ])("refuses %j by name", (options, type, message) => {
    expect(() => adaptiveLimit(options as never)).toThrow(type);
    expect(() => adaptiveLimit(options as never)).toThrow(message);
  });

  it("begins at the nearest to 20 that its bounds allow", () => {
    expect([{}, { max: 5 }, { min: 50 }].map((bounds) => adaptiveLimit(bounds).limit)).toEqual([20, 5, 50]);
  });
});
