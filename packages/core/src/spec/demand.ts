// Demand, and the only arithmetic there is on it. Demand is an integer in [1, 2^53-1], or Infinity: "as fast
// as you like". 2^53-1 and above is unbounded, and a sum saturates there (§3.17): JavaScript counts exactly
// up to that number and no further.

import { describe } from "./describe.js";

/**
 * Unbounded demand: the publisher may treat it as "no flow control wanted" (§3.17).
 *
 * @example
 * ```ts
 * import { addDemand, UNBOUNDED } from "@sluice/core";
 * console.log(addDemand(UNBOUNDED, 1) === UNBOUNDED); // prints true
 * ```
 */
export const UNBOUNDED: number = Number.POSITIVE_INFINITY;

/**
 * Whether `n` is demand that may be requested (§3.9): an integer >= 1, or `Infinity`.
 *
 * @example
 * ```ts
 * import { isDemand } from "@sluice/core";
 * console.log(isDemand(1), isDemand(0), isDemand(1.5), isDemand("3")); // prints true false false false
 * ```
 */
export function isDemand(n: unknown): n is number {
  return typeof n === "number" && n >= 1 && (n === UNBOUNDED || Math.floor(n) === n);
}

/**
 * The sum of two demands, `Infinity` from 2^53-1 on (§3.8, §3.17). Takes what `isDemand` accepted, or 0.
 *
 * @example
 * ```ts
 * import { addDemand } from "@sluice/core";
 * console.log(addDemand(2, 3), addDemand(2 ** 53, 1)); // prints 5 Infinity
 * ```
 */
export function addDemand(a: number, b: number): number {
  const sum = a + b;
  return sum >= Number.MAX_SAFE_INTEGER ? UNBOUNDED : sum;
}

/**
 * The error that answers a request of something else, naming the rule (§3.9) and the way out.
 *
 * @example
 * ```ts
 * import { demandError } from "@sluice/core/kit";
 * console.log(demandError(0).name, demandError("3").name); // prints RangeError TypeError
 * ```
 */
export function demandError(n: unknown): TypeError | RangeError {
  const text = `Cannot request ${describe(n)} items: demand must be an integer >= 1 (§3.9); cancel() stops a stream`;
  return typeof n === "number" ? new RangeError(text) : new TypeError(text);
}
