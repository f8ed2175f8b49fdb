import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "./rate.js";

function taken(bucket: TokenBucket, tries: number, now: number): number {
  let count = 0;
  for (let i = 0; i < tries; i += 1) if (bucket.take(now) === "taken") count += 1;
  return count;
}

describe("TokenBucket", () => {
  it("gives its burst at once and then nothing", () => {
    expect(taken(new TokenBucket(5, 1, 0), 100, 0)).toBe(5);
  });

  it("fills at its rate, and never above its burst", () => {
    const bucket = new TokenBucket(5, 10, 1000);
    taken(bucket, 5, 1000);
    expect(bucket.take(1099)).toBe("empty");
    expect(bucket.take(1100)).toBe("taken");
    expect(taken(bucket, 100, 1_000_000)).toBe(5);
  });

  it("gives in any time no more than burst + rate x time, and no less when asked all the time", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
        (burst, perSecond, steps) => {
          const bucket = new TokenBucket(burst, perSecond, 0);
          let now = 0;
          let count = taken(bucket, burst + 1, 0);
          for (const step of steps) {
            now += step;
            count += taken(bucket, burst + 1, now);
          }
          const most = burst + (now * perSecond) / 1000;
          expect(count).toBeLessThanOrEqual(most + 1e-6);
          // Asked in steps shorter than it takes to fill, nothing is lost but the part of a token.
          if (steps.every((step) => (step * perSecond) / 1000 < burst - 1))
            expect(count).toBeGreaterThan(most - 1 - 1e-6);
        },
      ),
    );
  });

  it("does not mind a clock that stands still or goes backwards", () => {
    const bucket = new TokenBucket(2, 1000, 100);
    expect(taken(bucket, 9, 100)).toBe(2);
    expect(taken(bucket, 9, 50)).toBe(0);
    expect(taken(bucket, 9, 101)).toBe(1);
  });
});
