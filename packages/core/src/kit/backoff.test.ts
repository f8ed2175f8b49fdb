import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, checkBackoff, type Jitter } from "./backoff.js";

const waits = (jitter: Jitter, random: number, attempts = 6): number[] => {
  const backoff = checkBackoff("a test", { baseMs: 100, capMs: 1000, jitter });
  const result: number[] = [];
  for (let attempt = 1; attempt <= attempts; attempt++) {
    result.push(backoffMs(backoff, attempt, result.at(-1) ?? 0, random));
  }
  return result;
};

describe("backoffMs", () => {
  it("doubles from the base to the cap without jitter", () => {
    expect(waits("none", 0.3)).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it("with full jitter spreads each wait from 0 to that", () => {
    expect(waits("full", 0)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(waits("full", 0.5)).toEqual([50, 100, 200, 400, 500, 500]);
    expect(waits("full", 1)).toEqual(waits("none", 0));
  });

  it("with equal jitter keeps half of it", () => {
    expect(waits("equal", 0)).toEqual([50, 100, 200, 400, 500, 500]);
    expect(waits("equal", 1)).toEqual(waits("none", 0));
  });

  it("with decorrelated jitter grows from the wait before, between the base and three times that", () => {
    expect(waits("decorrelated", 0)).toEqual([100, 100, 100, 100, 100, 100]);
    expect(waits("decorrelated", 0.5)).toEqual([200, 350, 575, 912.5, 1000, 1000]);
    expect(waits("decorrelated", 1)).toEqual([300, 900, 1000, 1000, 1000, 1000]);
  });

  it("is never below 0, above the cap or no number, whatever the attempt", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Jitter>("full", "equal", "decorrelated", "none"),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(1e300)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (jitter, baseMs, capMs, attempt, random) => {
          const ms = backoffMs({ baseMs, capMs, jitter }, attempt, capMs, random);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(capMs);
        },
      ),
    );
  });
});

describe("checkBackoff", () => {
  it("fills in the defaults", () => {
    expect(checkBackoff("retry", undefined)).toEqual({ baseMs: 100, capMs: 30_000, jitter: "full" });
    expect(checkBackoff("retry", { jitter: undefined }).jitter).toBe("full");
  });

  it("refuses what is no time and no jitter, naming it", () => {
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, "5"]) {
      expect(() => checkBackoff("retry", { baseMs: wrong as number })).toThrow(RangeError);
      expect(() => checkBackoff("retry", { capMs: wrong as number })).toThrow(String(wrong));
    }
    for (const wrong of ["some", null, 1, {}]) {
      expect(() => checkBackoff("retry", { jitter: wrong as Jitter })).toThrow(TypeError);
    }
  });
});
