// The checks of what gates are told, with messages that name the number that came and the one that is wanted.

/** Returns `cost` if it is a finite number > 0. */
export function checkCost(cost: number): number {
  if (typeof cost === "number" && cost > 0 && cost < Number.POSITIVE_INFINITY) return cost;
  throw new RangeError(
    `Cannot acquire a permit of cost ${String(cost)}: it must be a finite number > 0; default 1`,
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
    `Cannot make a ${place} of ${String(value)}: it must be a number ${bound} and <= ${most}`,
  );
}

/** Returns `maxWaiting` if it is an integer >= 0. */
export function checkMaxWaiting(place: string, maxWaiting: number): number {
  if (Number.isSafeInteger(maxWaiting) && maxWaiting >= 0) return maxWaiting;
  throw new RangeError(
    `Cannot make a ${place} with maxWaiting ${String(maxWaiting)}: it must be an integer >= 0; 0 lets nobody wait`,
  );
}

/** Tokens and rates beyond this are not counted exactly (token-account.ts). */
export const MOST_TOKENS = 1e9;
