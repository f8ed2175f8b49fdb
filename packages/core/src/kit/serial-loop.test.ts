import { describe, expect, it } from "vitest";
import { SerialLoop } from "./serial-loop.js";

describe("SerialLoop", () => {
  it("runs the step once for a call", () => {
    let steps = 0;
    const loop = new SerialLoop(() => steps++);
    loop.run();
    loop.run();
    expect(steps).toBe(2);
  });

  it("§3.3 serves a call from within the step by another step, not by a nested one", () => {
    let depth = 0;
    let deepest = 0;
    let left = 100_000;
    const loop: SerialLoop = new SerialLoop(() => {
      deepest = Math.max(deepest, ++depth);
      if (--left > 0) {
        loop.run();
        loop.run();
      }
      depth--;
    });
    loop.run();
    expect([left, deepest]).toEqual([0, 1]);
  });
});
