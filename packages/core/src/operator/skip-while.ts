import type { Operator } from "../flow/flow.js";
import { flowOfFilter } from "../flow/stateful-filter.js";
import { requireFunction } from "../kit/require-function.js";

/**
 * Leaves out items as long as `test` answers true; from the first other one on, sends all.
 *
 * *Demand:* n, and one more for each item left out. *Buffers:* nothing. *Errors:* what `test` throws ends the
 * stream at that item and cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of, skipWhile } from "@sluice/core";
 * console.log(await of(1, 2, 5, 1).pipe(skipWhile((n) => n < 3)).toArray()); // prints [ 5, 1 ]
 * ```
 */
export function skipWhile<T>(test: (item: T) => unknown): Operator<T, T> {
  requireFunction("skipWhile", test);
  const makeTest = (): ((item: T) => unknown) => {
    let skips: unknown = true;
    return (item) => {
      if (skips) skips = test(item);
      return !skips;
    };
  };
  return (upstream) => flowOfFilter(upstream, "skipWhile", makeTest);
}
