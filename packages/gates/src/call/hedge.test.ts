import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { retryBudget } from "../rate/retry-budget.js";
import type { Work } from "./call-context.js";
import { hedge, type HedgePolicy } from "./hedge.js";
import { quantile } from "./quantile.js";

interface Step {
  readonly ms: number;
  readonly error?: unknown;
}

/** Each attempt takes its step; the log tells when it began, and when it was aborted. */
async function play(steps: readonly Step[], policy: Partial<HedgePolicy>) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const work: Work<string> = async ({ attempt, signal }) => {
    log.push(`${attempt} begins at ${clock.now()}`);
    signal.addEventListener("abort", () => log.push(`${attempt} is aborted at ${clock.now()}`));
    const { ms, error } = steps[attempt - 1] as Step;
    await clock.sleep(ms, { signal });
    if (error !== undefined) throw error;
    return `result of ${attempt}`;
  };
  hedge(work, { afterMs: 50, clock, ...policy })().then(
    (result) => log.push(`${result} at ${clock.now()}`),
    (error) => log.push(`${error.message} at ${clock.now()}`),
  );
  await clock.advanceSettled(10_000);
  expect(clock.pending).toBe(0);
  return log;
}

const NEVER = { ms: 100_000 };
const no = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields);

describe("hedge", () => {
  it("begins one attempt when that is fast enough", async () => {
    expect(await play([{ ms: 49 }], {})).toEqual(["1 begins at 0", "result of 1 at 49"]);
  });

  it("takes the first result, whose ever it is, and aborts the others", async () => {
    expect(await play([{ ms: 80 }, NEVER], {})).toEqual([
      "1 begins at 0",
      "2 begins at 50",
      "2 is aborted at 80",
      "result of 1 at 80",
    ]);
    expect(await play([NEVER, NEVER, { ms: 5 }], { attempts: 4 })).toEqual([
      "1 begins at 0",
      "2 begins at 50",
      "3 begins at 100",
      "1 is aborted at 105",
      "2 is aborted at 105",
      "result of 3 at 105",
    ]);
  });

  it("lets the others go on when one fails, and begins no more", async () => {
    const steps = [{ ms: 60, error: no("first") }, { ms: 200 }];
    expect(await play(steps, { attempts: 5 })).toEqual([
      "1 begins at 0",
      "2 begins at 50",
      "result of 2 at 250",
    ]);
  });

  it("fails when all that were begun have failed, or one says that none will do better", async () => {
    expect(await play([{ ms: 10, error: no("first") }], {})).toEqual(["1 begins at 0", "first at 10"]);
    expect(
      await play(
        [
          { ms: 70, error: no("first") },
          { ms: 70, error: no("second") },
        ],
        {},
      ),
    ).toEqual(["1 begins at 0", "2 begins at 50", "second at 120"]);
    const steps = [NEVER, { ms: 10, error: no("hopeless", { doNotRetry: true }) }];
    expect(await play(steps, { attempts: 3 })).toEqual([
      "1 begins at 0",
      "2 begins at 50",
      "1 is aborted at 60",
      "hopeless at 60",
    ]);
  });

  it("begins no other when the budget refuses, and leaves the first alone", async () => {
    const budget = retryBudget({ capacity: 1, initial: 0, minPerSecond: 0 });
    expect(await play([{ ms: 500 }], { budget })).toEqual(["1 begins at 0", "result of 1 at 500"]);
    expect(budget.available).toBeCloseTo(0.1);
  });

  it("gives the permits of its attempts back, with what came of each", async () => {
    const outcomes: unknown[] = [];
    const permit = { granted: true, release: (outcome: unknown) => void outcomes.push(outcome) } as const;
    const budget = { tryAcquire: () => permit, acquire: () => Promise.resolve(permit) };
    await play([NEVER, { ms: 60 }, NEVER], { attempts: 3, budget });
    expect(outcomes).toEqual(["success", "ignored"]);
  });

  it("learns when to begin another one, also from first attempts that were overtaken", async () => {
    const clock = new VirtualClock();
    const afterMs = quantile(0.9, { minimum: 10, window: 100 });
    let times: readonly number[] = [];
    let begun = 0;
    const call = hedge(
      ({ attempt, signal }) => {
        begun += 1;
        return clock.sleep(times[attempt - 1] as number, { signal });
      },
      { afterMs, clock, budget: false },
    );
    const ask = async (...ms: number[]): Promise<number> => {
      times = ms;
      begun = 0;
      const startedAt = clock.now();
      let took = 0;
      void call().then(() => {
        took = clock.now() - startedAt;
      });
      await clock.advanceSettled(2000);
      return took;
    };
    for (let i = 1; i <= 10; i += 1) expect(await ask(i * 10)).toBe(i * 10);
    expect([begun, afterMs.value]).toEqual([1, 90]);
    // One in ten is slow: were their winners' own 5 ms learned, it would begin another one sooner and sooner.
    let second = 0;
    for (let i = 0; i < 200; i += 1) {
      await ask(i % 10 === 0 ? 1000 : (i % 10) * 10, 5);
      second += begun - 1;
    }
    expect(second).toBeLessThanOrEqual(40);
    expect(afterMs.value).toBeGreaterThanOrEqual(80);
  });

  it("refuses options that cannot work, by name", () => {
    const wrong = (policy: object | undefined, text: RegExp): void => {
      expect(() => hedge(() => 1, policy as HedgePolicy)).toThrow(text);
    };
    wrong(undefined, /hedge/);
    wrong({}, /afterMs of undefined/);
    wrong({ afterMs: -1 }, /afterMs of -1/);
    for (const attempts of [1, 2.5, Number.NaN])
      wrong({ afterMs: 1, attempts }, /^Cannot hedge with .* attempts: .* >= 2/);
    wrong({ afterMs: 1, budget: 5 }, /budget 5/);
    wrong({ afterMs: 1, criticality: "urgent" }, /urgent/);
    wrong({ afterMs: 1, clock: {} }, /clock/);
  });
});
