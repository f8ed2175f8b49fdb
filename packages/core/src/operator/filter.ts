import type { Operator } from "../flow/flow.js";
import { flowOfStage } from "../flow/stage-flow.js";
import { requireFunction } from "../kit/require-function.js";
import { FILTER, type Stage, type StageFunction } from "../kit/stage.js";

/**
 * Sends the items for which `keep` answers true; a type guard narrows the type.
 *
 * *Demand:* n, and one more for each item dropped. *Buffers:* nothing. *Errors:* what `keep` throws ends the
 * stream at that item and cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { filter, range } from "@sluice/core";
 * console.log(await range(1, 6).pipe(filter((n) => n % 3 === 0)).toArray()); // prints [ 3, 6 ]
 * ```
 */
export function filter<T, S extends T>(keep: (item: T) => item is S): Operator<T, S>;
export function filter<T>(keep: (item: T) => unknown): Operator<T, T>;
export function filter<T>(keep: (item: T) => unknown): Operator<T, T> {
  requireFunction("filter", keep);
  const stage: Stage = { kind: FILTER, name: "filter", fn: keep as StageFunction, state: undefined };
  return (upstream) => flowOfStage(upstream, stage);
}
