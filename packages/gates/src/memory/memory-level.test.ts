import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryLevel } from "./memory-level.js";

const LEVELS = { bytes: 100, refuse: 80, shrink: 90, end: 100, gap: 5 };

describe("MemoryLevel", () => {
  it("lets new things begin up to the first threshold, room ahead of need to the second, needs to the last byte", () => {
    for (const [use, most] of [
      ["begin", 80],
      ["ahead", 90],
      ["need", 100],
    ] as const) {
      const level = new MemoryLevel(LEVELS);
      let charged = 0;
      while (level.charge(1, use) === "charged") charged += 1;
      expect([use, charged, level.used]).toEqual([use, most, most]);
    }
  });

  it("stays behind a threshold until use has fallen well below it", () => {
    const level = new MemoryLevel(LEVELS);
    level.charge(85, "need");
    expect([level.isRefusing, level.isShrinking]).toEqual([true, false]);
    level.release(10);
    expect(level.charge(1, "begin")).toBe("refused"); // 75 is not below 75
    level.release(1);
    expect([level.isRefusing, level.charge(1, "begin")]).toEqual([false, "charged"]);
  });

  it("says how much has to come back for a need without room, less what comes back anyway", () => {
    const level = new MemoryLevel(LEVELS);
    level.charge(90, "need");
    expect([level.charge(30, "need"), level.isOver, level.excess(0), level.excess(15)]).toEqual([
      "refused",
      true,
      20,
      5,
    ]);
    level.settle();
    expect([level.isOver, level.excess(0)]).toEqual([false, 0]);
  });

  it("wants nothing back for a need larger than the whole budget, which would never fit", () => {
    const level = new MemoryLevel(LEVELS);
    level.charge(50, "need");
    expect([level.charge(101, "need"), level.isOver]).toEqual(["refused", false]);
  });

  it("brings use well below an earlier end, without a need that was refused", () => {
    const level = new MemoryLevel({ ...LEVELS, end: 95 });
    level.charge(96, "need");
    expect(level.excess(0)).toBe(6);
  });

  it("takes back fractions, whatever they lose in sums, and nothing that was not charged", () => {
    const level = new MemoryLevel(LEVELS);
    for (let i = 0; i < 1000; i += 1) {
      for (const bytes of [0.1, 0.7]) expect(level.charge(bytes, "need")).toBe("charged");
      for (const bytes of [0.7, 0.1]) expect(level.release(bytes)).toBe("released");
    }
    expect(level.used).toBeLessThan(1e-9);
    expect(level.release(0.01)).toBe("too-much");
  });

  it("never charges more than there is, never takes back more than was charged, and counts exactly", () => {
    const step = fc.record({
      bytes: fc.integer({ min: 0, max: 60 }),
      use: fc.constantFrom("begin" as const, "ahead" as const, "need" as const, "release" as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const level = new MemoryLevel(LEVELS);
        let used = 0;
        for (const { bytes, use } of steps) {
          if (use === "release") {
            expect(level.release(bytes)).toBe(bytes > used ? "too-much" : "released");
            if (bytes <= used) used -= bytes;
          } else {
            const most = { begin: 80, ahead: 90, need: 100 }[use];
            const answer = level.charge(bytes, use);
            if (used + bytes > most) expect(answer).toBe("refused");
            else if (use === "need" || used < 75) expect(answer).toBe("charged");
            if (answer === "charged") used += bytes;
          }
          expect(level.used).toBe(used);
          if (used > 80) expect(level.isRefusing).toBe(true);
          if (used < 75 && level.charge(0, "need") === "charged") expect(level.isRefusing).toBe(false);
        }
      }),
    );
  });
});
