import { describe, expect, it } from "vitest";
import { largestLead } from "./position-log.mjs";

describe("largestLead", () => {
  it("compares totals at the same moment", () => {
    const produced = [
      [10, 256],
      [20, 300],
      [30, 900],
    ];
    const consumed = [
      [15, 100],
      [29, 200],
      [31, 899],
    ];
    expect(largestLead(produced, consumed)).toBe(700);
  });

  it("counts everything as lead while nothing is consumed", () => {
    expect(largestLead([[1, 5]], [])).toBe(5);
  });

  it("is 0 where the consumer keeps up", () => {
    expect(largestLead([[2, 5]], [[1, 5]])).toBe(0);
  });
});
