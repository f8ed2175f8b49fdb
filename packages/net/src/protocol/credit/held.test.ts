import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Held } from "./held.js";

describe("Held", () => {
  it("frees a frame's bytes when its last item is taken", () => {
    const held = new Held();
    held.add(3, 300);
    held.add(2, 50);
    expect(held.take(2)).toBe(0);
    expect(held.take(1)).toBe(300);
    expect(held.take(2)).toBe(50);
  });

  it("gives back in the end exactly what was booked, in any order of arrivals and takings", () => {
    const frame = fc.record({
      count: fc.integer({ min: 1, max: 9 }),
      charge: fc.nat(1000),
      take: fc.nat(12),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 50 }), (frames) => {
        const held = new Held();
        let items = 0;
        let booked = 0;
        let freed = 0;
        for (const { count, charge, take } of frames) {
          held.add(count, charge);
          items += count;
          booked += charge;
          const taken = Math.min(take, items);
          items -= taken;
          freed += held.take(taken);
          expect(freed).toBeLessThanOrEqual(booked);
        }
        expect(freed + held.take(items)).toBe(booked);
      }),
    );
  });
});
