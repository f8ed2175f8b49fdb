import { describe, expect, it } from "vitest";
import { addDemand, demandError, isDemand, UNBOUNDED } from "./demand.js";

describe("isDemand", () => {
  it("§3.9 accepts integers >= 1 and Infinity", () => {
    for (const n of [1, 2, 1000, Number.MAX_SAFE_INTEGER, 2 ** 60, UNBOUNDED]) expect(isDemand(n)).toBe(true);
  });

  it("§3.9 refuses everything else", () => {
    const wrong = [
      0,
      -0,
      -1,
      0.5,
      1.5,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      "1",
      1n,
      null,
      undefined,
      {},
      [1],
    ];
    for (const n of wrong) expect(isDemand(n)).toBe(false);
  });
});

describe("addDemand", () => {
  it("§3.8 adds exactly below 2^53-1", () => {
    expect(addDemand(0, 1)).toBe(1);
    expect(addDemand(2 ** 31, 2 ** 31)).toBe(2 ** 32);
    expect(addDemand(Number.MAX_SAFE_INTEGER - 2, 1)).toBe(Number.MAX_SAFE_INTEGER - 1);
  });

  it("§3.17 is unbounded from 2^53-1 on", () => {
    expect(addDemand(Number.MAX_SAFE_INTEGER - 1, 1)).toBe(UNBOUNDED);
    expect(addDemand(0, Number.MAX_SAFE_INTEGER)).toBe(UNBOUNDED);
    expect(addDemand(1, UNBOUNDED)).toBe(UNBOUNDED);
    expect(addDemand(UNBOUNDED, UNBOUNDED)).toBe(UNBOUNDED);
  });
});

describe("demandError", () => {
  it("§3.9 names the value, the rule and the way out", () => {
    for (const n of [0, -1, 1.5, Number.NaN]) {
      const error = demandError(n);
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toBe(
        `Cannot request ${n} items: demand must be an integer >= 1 (§3.9); cancel() stops a stream`,
      );
    }
  });

  it("is a TypeError for what is no number, whatever it is", () => {
    for (const n of [undefined, null, "3", 3n, Symbol("n"), {}, Object.create(null), () => 1]) {
      expect(demandError(n)).toBeInstanceOf(TypeError);
    }
    expect(demandError("3").message).toContain('"3"');
    expect(demandError(3n).message).toContain("3n");
  });
});
