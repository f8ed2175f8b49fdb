import { describe, expect, it } from "vitest";
import { isGrantDue } from "./replenish.js";

describe("isGrantDue", () => {
  it("§4.4 grants when half the window is free, not before", () => {
    expect(isGrantDue(49, 51, 100, 1)).toBe(false);
    expect(isGrantDue(50, 50, 100, 1)).toBe(true);
  });

  it("§4.4 grants at once when the sender stands at zero", () => {
    expect(isGrantDue(1, 0, 100, 1)).toBe(true);
    expect(isGrantDue(1, 1, 100, 1)).toBe(false);
  });

  it("§4.4 grants no crumbs of bytes, even at zero", () => {
    expect(isGrantDue(1023, 0, 262_144, 1024)).toBe(false);
    expect(isGrantDue(1024, 0, 262_144, 1024)).toBe(true);
    expect(isGrantDue(1024, 1024, 262_144, 1024)).toBe(false);
  });

  it("grants nothing when nothing is free", () => {
    expect(isGrantDue(0, 0, 0, 1)).toBe(false);
    expect(isGrantDue(0, 0, 100, 1)).toBe(false);
  });
});
