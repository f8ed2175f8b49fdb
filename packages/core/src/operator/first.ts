import type { Operator } from "../flow/flow.js";
import { flowOfStage } from "../flow/stage-flow.js";
import { requireFunction } from "../kit/require-function.js";
import { FILTER, type Stage, type StageFunction, TAKE } from "../kit/stage.js";

/**
 * Sends the first item, or the first for which `test` answers true, then cancels upstream and completes.
 *
 * When there is none it completes without an item: put `defaultIfEmpty` behind it for one in its place.
 *
 * *Demand:* 1, and one more for each item that fails the test. *Buffers:* nothing. *Errors:* what `test` throws
 * ends the stream at that item and cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { first, range } from "@sluice/core";
 * console.log(await range(1, 9).pipe(first()).toArray()); // prints [ 1 ]
 * console.log(await range(1, 9).pipe(first((n) => n % 4 === 0)).toArray()); // prints [ 4 ]
 * ```
 */
export function first<T, S extends T>(test: (item: T) => item is S): Operator<T, S>;
export function first<T>(test?: (item: T) => unknown): Operator<T, T>;
export function first<T>(test?: (item: T) => unknown): Operator<T, T> {
  if (test !== undefined) requireFunction("first", test);
  const keep: Stage = {
    kind: FILTER,
    name: "first",
    fn: test as StageFunction | undefined,
    state: undefined,
  };
  return (upstream) => flowOfStage(test === undefined ? upstream : flowOfStage(upstream, keep), ONE);
}

const ONE: Stage = { kind: TAKE, name: "first", fn: undefined, state: 1 };
