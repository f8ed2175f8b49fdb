import { describe, expect, it } from "vitest";
import { DepthGauge, EARLY, stackDepth } from "./stack-depth.js";

const at = (depth: number, action: () => void): void => {
  if (depth === 0) action();
  else at(depth - 1, action);
};

describe("stackDepth", () => {
  it("counts the frames, also more than an error shows", () => {
    const here = stackDepth() ?? 0;
    let there = 0;
    at(1000, () => {
      there = stackDepth() ?? 0;
    });
    expect(there - here).toBeGreaterThanOrEqual(1000);
  });

  it("leaves the way in which errors tell their stack as it was", () => {
    const { stackTraceLimit, prepareStackTrace } = Error;
    stackDepth();
    expect([Error.stackTraceLimit, Error.prepareStackTrace]).toEqual([stackTraceLimit, prepareStackTrace]);
    expect(new Error("as ever").stack).toContain("as ever");
  });
});

describe("DepthGauge", () => {
  it("tells a stack that grows with the items from one that does not", () => {
    const level = new DepthGauge();
    const growing = new DepthGauge();
    for (let count = 1; count <= EARLY * 2; count++) {
      at(20, () => level.note(count));
      at(count, () => growing.note(count));
    }
    expect([level.grows, growing.grows]).toEqual([false, true]);
  });

  it("allows a recursion that has its bound", () => {
    const gauge = new DepthGauge();
    for (let count = 1; count <= EARLY * 2; count++) at((count % 100) * 3, () => gauge.note(count));
    expect(gauge.grows).toBe(false);
  });
});
