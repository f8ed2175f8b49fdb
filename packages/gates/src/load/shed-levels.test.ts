import type { Criticality } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CRITICALITIES } from "../gate/criticality-rank.js";
import { checkLevels, SHED_AT_70_AND_90, Shedding, type ShedLevels } from "./shed-levels.js";

const admitted = (shedding: Shedding): readonly Criticality[] =>
  CRITICALITIES.filter((_, rank) => !shedding.sheds(rank));
const levelsOf = (levels: ShedLevels, hysteresis = 0.1) => checkLevels("a load shedder", levels, hysteresis);

describe("Shedding", () => {
  it("admits all below 70 %, what is critical below 90 %, and above only what is most critical", () => {
    const shedding = new Shedding(levelsOf(SHED_AT_70_AND_90));
    const at = (load: number) => {
      shedding.update(load);
      return admitted(shedding).length;
    };
    expect([0, 0.69, 0.7, 0.89, 0.9, 5].map(at)).toEqual([4, 4, 2, 2, 1, 1]);
    // On the way down each stays shed until a tenth below.
    expect([0.82, 0.8, 0.64, 0.62, 0.69, 0.7].map(at)).toEqual([1, 2, 2, 4, 4, 2]);
  });

  it("sheds at its level and resumes below it, also when both are the same", () => {
    const shedding = new Shedding(levelsOf({ criticalPlus: { shedAt: 0.5, resumeAt: 0.5 } }));
    const counts = [0.5, 0.5, 0.49, 0.5].map((load) => {
      shedding.update(load);
      return shedding.count;
    });
    expect(counts).toEqual([4, 4, 0, 4]);
  });

  it("is what four flags would be, each for itself, and never admits what is less critical alone", () => {
    const part = fc.double({ min: 0.01, max: 2, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 4, maxLength: 4 }),
        fc.array(part, { minLength: 4, maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 2.5, noNaN: true }), { maxLength: 60 }),
        (first, second, loads) => {
          const shedAt = first.toSorted((a, b) => a - b);
          const resumeAt = second
            .toSorted((a, b) => a - b)
            .map((value, i) => Math.min(value, shedAt[i] as number));
          const levels = CRITICALITIES.map((name, i) => [name, { shedAt: shedAt[i], resumeAt: resumeAt[i] }]);
          const shedding = new Shedding(levelsOf(Object.fromEntries(levels)));
          const flags = [false, false, false, false];
          for (const load of loads) {
            shedding.update(load);
            flags.forEach((flag, i) => {
              flags[i] = flag ? load >= (resumeAt[i] as number) : load >= (shedAt[i] as number);
            });
            expect(flags).toEqual(CRITICALITIES.map((_, rank) => shedding.sheds(rank)));
            expect(flags.toSorted((a, b) => Number(b) - Number(a))).toEqual(flags);
          }
        },
      ),
    );
  });
});

describe("checkLevels", () => {
  it("sheds a criticality that is left out with the next more critical one, and the most critical never", () => {
    expect(levelsOf({ sheddablePlus: 0.5, critical: { shedAt: 0.9, resumeAt: 0.6 } })).toEqual([
      { shedAt: 0.5, resumeAt: 0.45 },
      { shedAt: 0.5, resumeAt: 0.45 },
      { shedAt: 0.9, resumeAt: 0.6 },
      { shedAt: Number.POSITIVE_INFINITY, resumeAt: Number.POSITIVE_INFINITY },
    ]);
  });

  it("refuses what is no level, or in no order, by name", () => {
    const cases: readonly [ShedLevels, RegExp][] = [
      [{ urgent: 1 } as never, /a load shedder with a level of "urgent": known are sheddable, /],
      [{ critical: 0 }, /sheds critical at 0: it must be a number > 0 and <= Infinity/],
      [{ critical: Number.NaN }, /sheds critical at NaN/],
      [{ critical: "0.5" as never }, /sheds critical at "0.5"/],
      [
        { critical: 0.5, sheddable: 0.6 },
        /sheds sheddable at 0.6: it must be a number > 0 and <= 0.5; what is/,
      ],
      [{ critical: { shedAt: 0.5, resumeAt: 0.6 } }, /sheds critical again below 0.6: .* <= 0.5/],
      [
        { critical: { shedAt: 0.9, resumeAt: 0.4 }, sheddable: 0.5 },
        /sheds sheddable again below 0.45: .* <= 0.4/,
      ],
      [{ critical: null as never }, /sheds critical at null/],
      [{ critical: {} as never }, /sheds critical at undefined/],
    ];
    for (const [levels, text] of cases) expect(() => levelsOf(levels)).toThrow(text);
  });
});
