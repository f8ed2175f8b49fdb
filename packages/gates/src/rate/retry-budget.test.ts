import { VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryBudget } from "./retry-budget.js";

describe("retryBudget", () => {
  it("grants a tenth of the first attempts by default, and a hundred for a start", () => {
    const budget = retryBudget({ clock: new VirtualClock() });
    const retries = (): number => {
      let count = 0;
      while (budget.tryAcquire().granted) count += 1;
      return count;
    };
    expect(retries()).toBe(100);
    budget.deposit(250);
    expect(retries()).toBe(25);
  });

  it("never grants more than it has saved, what time brings, and the share of first attempts, nor refuses that", () => {
    const step = fc.record({ ms: fc.nat(3000), attempts: fc.nat(30), retries: fc.nat(20) });
    const scenario = fc.record({
      capacity: fc.integer({ min: 1, max: 20 }),
      minPerSecond: fc.nat(5),
      tenths: fc.nat(10),
      steps: fc.array(step, { maxLength: 50 }),
    });
    fc.assert(
      fc.property(scenario, ({ capacity, minPerSecond, tenths, steps }) => {
        const clock = new VirtualClock();
        const budget = retryBudget({ capacity, minPerSecond, ratio: tenths / 10, clock });
        // What is left, in thousandths, which are whole for these ratios and times.
        let left = capacity * 1000;
        for (const { ms, attempts, retries } of steps) {
          clock.advance(ms);
          left = Math.min(capacity * 1000, left + ms * minPerSecond);
          budget.deposit(attempts);
          left = Math.min(capacity * 1000, left + attempts * tenths * 100);
          for (let i = 0; i < retries; i += 1) {
            const allowed = left >= 1000;
            expect(budget.tryAcquire().granted).toBe(allowed);
            if (allowed) left -= 1000;
          }
          expect(Math.round(budget.available * 1000)).toBe(left);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("lets a deposit serve who waits, when time brings nothing", async () => {
    const clock = new VirtualClock();
    const budget = retryBudget({ ratio: 0.5, minPerSecond: 0, capacity: 5, initial: 0, clock });
    expect(budget.tryAcquire()).toMatchObject({ granted: false, retryAfterMs: undefined });
    let granted = false;
    void budget.acquire().then(() => {
      granted = true;
    });
    await clock.advanceSettled(60_000);
    expect([granted, clock.pending, budget.waiting]).toEqual([false, 0, 1]);
    budget.deposit();
    await clock.advanceSettled(0);
    expect(granted).toBe(false);
    budget.deposit();
    await clock.advanceSettled(0);
    expect([granted, budget.waiting]).toEqual([true, 0]);
  });

  it("refuses options and deposits that cannot work", () => {
    expect(() => retryBudget({ ratio: -0.1 })).toThrow(
      "Cannot make a retry budget with a ratio of -0.1: it must be a number >= 0 and <= 1000",
    );
    expect(() => retryBudget({ minPerSecond: Number.NaN })).toThrow(/minPerSecond of NaN/);
    expect(() => retryBudget({ capacity: 0 })).toThrow(/capacity of 0/);
    expect(() => retryBudget({ initial: 101 })).toThrow(/initial level of 101: .* <= 100$/);
    expect(() => retryBudget().deposit(-1)).toThrow(
      "Cannot deposit -1 attempts: it must be a finite number >= 0; default 1",
    );
    expect(() => retryBudget(3 as never)).toThrow(TypeError);
  });
});
