import { describe, expect, it } from "vitest";
import { isUsefulRaise } from "./useful-raise.js";

describe("isUsefulRaise", () => {
  it.each([
    ["nothing", 0, 0, false],
    ["a lower limit", -5, 0, false],
    ["one, when nothing is left", 1, 0, true],
    ["one, when one is left", 1, 1, false],
    ["the smallest grant, when little is left", 1024, 100, true],
    ["one less than that", 1023, 100, false],
    ["an eighth of what is left", 10_000, 80_000, true],
    ["less than an eighth of what is left", 9_999, 80_000, false],
  ])("answers %s: raise %i, left %i: %s", (_name, raise, left, useful) => {
    expect(isUsefulRaise(raise, left, 1024)).toBe(useful);
  });

  it("lets a limit that nobody uses rise to any height in few useful steps", () => {
    let limit = 0;
    let steps = 0;
    while (limit < Number.MAX_SAFE_INTEGER) {
      const raise = Math.max(1, Math.ceil(limit / 8));
      expect(isUsefulRaise(raise, limit, 1)).toBe(true);
      limit += raise;
      steps += 1;
    }
    expect(steps).toBeLessThan(320);
  });
});
