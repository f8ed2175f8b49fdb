import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile } from "./quantile.js";

describe("quantile", () => {
  it("is the nearest rank of the last values, whatever comes", () => {
    const scenario = fc.record({
      share: fc.integer({ min: 1, max: 100 }),
      window: fc.integer({ min: 1, max: 20 }),
      values: fc.array(
        fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
      ),
    });
    fc.assert(
      fc.property(scenario, ({ share, window, values }) => {
        const learned = quantile(share / 100, { window, minimum: 1 });
        expect(learned.value).toBe(undefined);
        values.forEach((value, index) => {
          learned.add(value);
          const last = values.slice(Math.max(0, index + 1 - window), index + 1).sort((a, b) => a - b);
          expect(learned.value).toEqual(last[Math.ceil((share * last.length) / 100) - 1]);
        });
      }),
    );
  });

  it("says nothing before it knows enough", () => {
    const learned = quantile(0.5, { minimum: 3 });
    for (const value of [1, 2]) learned.add(value);
    expect(learned.value).toBe(undefined);
    learned.add(3);
    expect(learned.value).toBe(2);
  });

  it("refuses what cannot work, by name", () => {
    for (const share of [0, 1.1, Number.NaN, "0.5"]) {
      expect(() => quantile(share as number)).toThrow(/^Cannot learn the quantile /);
    }
    for (const window of [0, 1.5, 1e6]) expect(() => quantile(0.5, { window })).toThrow(/a window of /);
    expect(() => quantile(0.5, { window: 5, minimum: 6 })).toThrow(/a minimum of 6: .* from 1 to 5$/);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => quantile(0.5).add(value)).toThrow(RangeError);
    }
  });
});
