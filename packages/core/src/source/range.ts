import type { Flow } from "../flow.js";
import { IndexedFlow } from "../indexed-flow.js";

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
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(
      `Cannot count ${String(count)} numbers from ${String(first)}: first must be an integer, count an integer >= 0`,
    );
  }
  if (!Number.isSafeInteger(first + count)) {
    throw new RangeError(
      `Cannot count ${count} numbers from ${first}: the sequence would leave the integers that are exact, up to 2^53-1`,
    );
  }
  return new IndexedFlow<number>(undefined, first, count);
}
