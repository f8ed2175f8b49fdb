import type { Flow } from "../flow/flow.js";
import { IndexedFlow } from "../flow/indexed-flow.js";
import { describe } from "../spec/describe.js";

/**
 * Counts: `count` integers from `first` on.
 *
 * *Demand:* sends as many as requested. *Buffers:* nothing. *Errors:* throws a `RangeError` at the call for
 * arguments that are no integers or a sequence that leaves the exact ones. *Cancel:* stops at once.
 *
 * @param first the first number, an integer
 * @param count how many, an integer >= 0
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * console.log(await range(5, 3).toArray()); // prints [ 5, 6, 7 ]
 * ```
 */
export function range(first: number, count: number): Flow<number> {
  if (![first, count].every(Number.isSafeInteger) || count < 0 || !Number.isSafeInteger(first + count)) {
    throw new RangeError(
      `Cannot count ${describe(count)} numbers from ${describe(first)}: they must be integers up to 2^53-1, the count >= 0`,
    );
  }
  return new IndexedFlow<number>(undefined, first, count);
}
