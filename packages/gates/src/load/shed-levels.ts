// Who is refused at which load. Each criticality is shed from `shedAt` on, and again admitted below `resumeAt`: the
// distance keeps a load at the edge from turning the same people away and in again at every request.
//
//   load ──►   0        resumeAt   shedAt
//   admitted   ├───────────────────────┤▼
//   shed       ▲├──────────┼─────────────────────────
//
// What is less critical is never admitted while what is more critical is not. So one number is all the state: how
// many of the four are shed, counted from the least critical. Pure.

import type { Criticality } from "@sluice/core";
import { describe } from "@sluice/core/kit";
import { CRITICALITIES } from "../gate/criticality-rank.js";

/** From which load on one criticality is refused, and below which it is admitted again. */
export interface ShedLevel {
  /** A number > 0; `Infinity`: never. */
  readonly shedAt: number;
  /** A number > 0 and <= `shedAt`. Default: the hysteresis of the shedder below `shedAt`. */
  readonly resumeAt?: number;
}

/**
 * The level of each criticality, or only its `shedAt`. One that is left out is shed together with the next more
 * critical one; the most critical, left out, never is.
 */
export type ShedLevels = Readonly<Partial<Record<Criticality, number | ShedLevel>>>;

/**
 * Below 70 % of the load all are admitted, below 90 % only what is critical, and above only what is most critical.
 *
 * @example
 * ```ts
 * import { loadShedder, queueDepth, SHED_AT_70_AND_90 } from "@sluice/gates";
 * const waiting: unknown[] = [];
 * const gate = loadShedder({
 *   signals: [queueDepth(() => waiting.length, 100)],
 *   levels: { ...SHED_AT_70_AND_90, criticalPlus: 1 }, // also that, when the queue is full
 * });
 * console.log(gate.tryAcquire().granted); // prints true
 * ```
 */
export const SHED_AT_70_AND_90: ShedLevels = Object.freeze({
  sheddable: 0.7,
  sheddablePlus: 0.7,
  critical: 0.9,
  criticalPlus: Number.POSITIVE_INFINITY,
});

/** How many criticalities are shed, at a load and after the loads before it. */
export class Shedding {
  /** 0: nobody; 4: everybody. */
  count = 0;
  private readonly levels: readonly Required<ShedLevel>[];

  constructor(levels: readonly Required<ShedLevel>[]) {
    this.levels = levels;
  }

  update(load: number): void {
    while (this.count < this.levels.length && load >= this.level(this.count).shedAt) this.count += 1;
    while (this.count > 0 && load < this.level(this.count - 1).resumeAt) this.count -= 1;
  }

  sheds(rank: number): boolean {
    return rank < this.count;
  }

  private level(rank: number): Required<ShedLevel> {
    return this.levels[rank] as Required<ShedLevel>; // there are four
  }
}

/** All four levels, least critical first. Throws for what a `place` was given that is no level, or in no order. */
export function checkLevels(
  place: string,
  levels: ShedLevels,
  hysteresis: number,
): readonly Required<ShedLevel>[] {
  for (const name of Object.keys(levels)) {
    if ((CRITICALITIES as readonly string[]).includes(name)) continue;
    throw new TypeError(
      `Cannot make ${place} with a level of "${name}": known are ${CRITICALITIES.join(", ")}`,
    );
  }
  const checked: Required<ShedLevel>[] = [];
  let next: Required<ShedLevel> = { shedAt: Number.POSITIVE_INFINITY, resumeAt: Number.POSITIVE_INFINITY };
  for (const name of CRITICALITIES.toReversed()) {
    const { shedAt, resumeAt = shedAt * (1 - hysteresis) } = levelOf(levels[name], next);
    checkLevel(place, `${name} at`, shedAt, next.shedAt);
    checkLevel(place, `${name} again below`, resumeAt, Math.min(shedAt, next.resumeAt));
    next = { shedAt, resumeAt };
    checked.unshift(next);
  }
  return checked;
}

function levelOf(given: number | ShedLevel | undefined, next: ShedLevel): ShedLevel {
  if (given === undefined) return next;
  return Object(given) === given ? (given as ShedLevel) : { shedAt: given as number };
}

function checkLevel(place: string, what: string, value: number, most: number): void {
  if (typeof value === "number" && value > 0 && value <= most) return;
  throw new RangeError(
    `Cannot make ${place} that sheds ${what} ${describe(value)}: it must be a number > 0 and <= ${most}; what is more critical is shed later and admitted earlier`,
  );
}
