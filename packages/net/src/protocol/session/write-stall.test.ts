import { describe, expect, it } from "vitest";
import { WriteStall } from "./write-stall.js";

describe("WriteStall", () => {
  it("is stalled when something has waited for so long, counted from the first", () => {
    const stall = new WriteStall(100);
    expect(stall.nextTick()).toBe(Number.POSITIVE_INFINITY);
    stall.note(true, 10);
    stall.note(true, 90);
    expect(stall.nextTick()).toBe(110);
    expect(stall.isStalled(109)).toBe(false);
    expect(stall.isStalled(110)).toBe(true);
  });

  it("begins anew when the transport has taken a message, or nothing waits", () => {
    const stall = new WriteStall(100);
    stall.note(true, 0);
    stall.taken();
    expect(stall.isStalled(1000)).toBe(false);
    stall.note(true, 1000);
    expect(stall.isStalled(1099)).toBe(false);
    stall.note(false, 1099);
    expect(stall.isStalled(5000)).toBe(false);
  });
});
