// The checks of what gates are told, with messages that name the number that came and the one that is wanted.

import type { Criticality } from "@sluice/core";
import { checkOptions, describe } from "@sluice/core/kit";
import { CRITICALITIES } from "./criticality-rank.js";

/** Throws the `TypeError` of a `place` that was given no options, or what is no object; `wanted`: which it needs. */
export function requireOptions(place: string, options: unknown, wanted: string): void {
  if (options === undefined) throw new TypeError(`Cannot give ${place} no options: it takes ${wanted}`);
  checkOptions(place, options);
}

/** Returns `cost` if it is a finite number > 0. */
export function checkCost(cost: number): number {
  if (typeof cost === "number" && cost > 0 && cost < Number.POSITIVE_INFINITY) return cost;
  throw new RangeError(
    `Cannot acquire a permit of cost ${describe(cost)}: it must be a finite number > 0, default 1; criticality, key and signal come after it`,
  );
}

/** Returns `value` if it is a number from `least` (itself too, unless `above`) to `most`. */
export function checkAmount(
  place: string,
  value: number,
  { least, most, above = false }: { least: number; most: number; above?: boolean },
): number {
  if (typeof value === "number" && value <= most && (above ? value > least : value >= least)) return value;
  const bound = above ? `> ${least}` : `>= ${least}`;
  throw new RangeError(
    `Cannot make a ${place} of ${describe(value)}: it must be a number ${bound} and <= ${most}`,
  );
}

/** Returns `maxWaiting` if it is an integer >= 0. */
export function checkMaxWaiting(place: string, maxWaiting: number): number {
  if (Number.isSafeInteger(maxWaiting) && maxWaiting >= 0) return maxWaiting;
  throw new RangeError(
    `Cannot make a ${place} with maxWaiting ${describe(maxWaiting)}: it must be an integer >= 0; 0 lets nobody wait`,
  );
}

/**
 * What is kept from each criticality, least critical first: `reserved` by index. Nothing has more kept from it than what
 * is less critical.
 */
export function checkReserved(
  place: string,
  reserved: Readonly<Partial<Record<Criticality, number>>>,
  capacity: number,
): readonly number[] {
  for (const name of Object.keys(reserved)) {
    if ((CRITICALITIES as readonly string[]).includes(name)) continue;
    throw new TypeError(
      `Cannot make a ${place} that reserves from "${name}": known are ${CRITICALITIES.join(", ")}`,
    );
  }
  let most = capacity;
  return CRITICALITIES.map((name) => {
    const share = reserved[name] ?? 0;
    most = checkAmount(`${place} with a share reserved from ${name}`, share, { least: 0, most });
    return most;
  });
}

/** Tokens and rates beyond this are not counted exactly (token-account.ts). */
export const MOST_TOKENS = 1e9;
