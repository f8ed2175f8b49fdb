import type { Operator } from "../flow/flow.js";
import { flowOfStage } from "../flow/stage-flow.js";
import { MAP, type Stage, type StageFunction } from "../kit/stage.js";
import { requireFunction } from "../kit/require-function.js";

/**
 * Sends what `transform` makes of each item.
 *
 * *Demand:* n for n. *Buffers:* nothing. *Errors:* what `transform` throws ends the stream at that item and
 * cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { map, of } from "@sluice/core";
 * console.log(await of(1, 2).pipe(map((n) => n * 10)).toArray()); // prints [ 10, 20 ]
 * ```
 */
export function map<T, R>(transform: (item: T) => R): Operator<T, R> {
  requireFunction("map", transform);
  const stage: Stage = { kind: MAP, name: "map", fn: transform as StageFunction, state: undefined };
  return (upstream) => flowOfStage(upstream, stage);
}
