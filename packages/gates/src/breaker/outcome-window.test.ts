import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountWindow, FAILED, type OutcomeWindow, SLOW, TimeWindow } from "./outcome-window.js";

interface Call {
  readonly mark: number;
  readonly at: number;
}

const sums = (calls: readonly Call[]): number[] => [
  calls.length,
  calls.filter(({ mark }) => (mark & FAILED) !== 0).length,
  calls.filter(({ mark }) => (mark & SLOW) !== 0).length,
];
const seen = ({ calls, failed, slow }: OutcomeWindow): number[] => [calls, failed, slow];

/** Calls with the time between them; some long after the one before. */
const steps = fc.array(
  fc.record({ mark: fc.integer({ min: 0, max: 3 }), ms: fc.oneof(fc.nat(5), fc.nat(200)) }),
  { maxLength: 120 },
);

describe("CountWindow", () => {
  it("counts what was recorded last, as a list of it would", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), steps, (size, marks) => {
        const window = new CountWindow(size);
        const all: Call[] = [];
        for (const { mark } of marks) {
          window.record(mark);
          all.push({ mark, at: 0 });
          expect(seen(window)).toEqual(sums(all.slice(-size)));
        }
        window.clear();
        expect(seen(window)).toEqual([0, 0, 0]);
        window.record(FAILED | SLOW);
        expect(seen(window)).toEqual([1, 1, 1]);
      }),
    );
  });
});

describe("TimeWindow", () => {
  it("counts the calls of its last buckets, as a list of them would, from whatever moment a clock counts", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: -1000, max: 1000 }),
        steps,
        (buckets, bucketMs, start, calls) => {
          const window = new TimeWindow(buckets * bucketMs, buckets);
          const all: Call[] = [];
          let now = start;
          for (const { mark, ms } of calls) {
            now += ms;
            window.record(mark, now);
            all.push({ mark, at: now });
            const first = (Math.floor(now / bucketMs) - buckets + 1) * bucketMs;
            expect(seen(window)).toEqual(sums(all.filter(({ at }) => at >= first)));
          }
          window.clear();
          expect(seen(window)).toEqual([0, 0, 0]);
        },
      ),
    );
  });

  it("is at most fifteen successes behind when it is told the time only where it needs it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 500 }),
        steps,
        fc.array(fc.nat(40)),
        (bucketMs, calls, bursts) => {
          const looking = new TimeWindow(4 * bucketMs, 4);
          const always = new TimeWindow(4 * bucketMs, 4); // the naive twin
          let now = 0;
          const record = (mark: number): void => {
            looking.record(mark, mark > 0 || looking.needsTime ? now : Number.NaN);
            always.record(mark, now);
            if (mark > 0) expect([looking.failed, looking.slow]).toEqual([always.failed, always.slow]);
            if (mark > 0) expect(Math.abs(always.calls - looking.calls)).toBeLessThanOrEqual(15);
          };
          calls.forEach(({ mark, ms }, index) => {
            now += ms;
            for (let i = bursts[index] ?? 0; i > 0; i -= 1) record(0);
            record(mark);
          });
        },
      ),
    );
  });

  it("keeps nothing of before a long silence, and does not walk through it", () => {
    const window = new TimeWindow(100, 10);
    window.record(FAILED, 0);
    window.record(0, 1e15);
    expect(seen(window)).toEqual([1, 0, 0]);
  });
});
