import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { checkClock } from "./check-clock.js";

describe("checkClock", () => {
  it("answers a clock, and throws a TypeError that names the place for anything else", () => {
    const clock = new VirtualClock();
    expect(checkClock("debounce", clock)).toBe(clock);
    for (const wrong of [undefined, null, 5, "now", {}, { now: () => 0 }, { schedule: () => () => {} }]) {
      expect(() => checkClock("debounce", wrong as never)).toThrow(TypeError);
      expect(() => checkClock("debounce", wrong as never)).toThrow(/^Cannot give debounce the clock .*: it/);
    }
  });
});
