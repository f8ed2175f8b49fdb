// The check of a time that the caller gives.

import { describe } from "../spec/describe.js";

/**
 * Returns `ms` if it is a finite number from `least` on, throws a `RangeError` that names `place` otherwise.
 *
 * @example
 * ```ts
 * import { checkMilliseconds } from "@sluice/core/kit";
 * console.log(checkMilliseconds("debounce", 250, 0)); // prints 250
 * ```
 */
export function checkMilliseconds(place: string, ms: number, least: 0 | 1): number {
  if (typeof ms === "number" && Number.isFinite(ms) && ms >= least) return ms;
  throw new RangeError(`Cannot give ${place} ${describe(ms)} ms: it must be a number >= ${least}`);
}
