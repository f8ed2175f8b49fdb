import type { Operator } from "../flow/flow.js";
import { flowOfStage } from "../flow/stage-flow.js";
import { requireFunction } from "../kit/require-function.js";
import { SCAN, type Stage, type StageFunction } from "../kit/stage.js";

/**
 * Sends the running result of combining each item with what came before, from `seed` on; the seed itself is
 * not sent.
 *
 * *Demand:* n for n. *Buffers:* the accumulator. *Errors:* what `combine` throws ends the stream at that item
 * and cancels upstream. *Cancel:* passed on.
 *
 * @param seed where each subscription starts; shared by them all, so do not change it in place
 *
 * @example
 * ```ts
 * import { of, scan } from "@sluice/core";
 * console.log(await of(1, 2, 3).pipe(scan((sum, n) => sum + n, 0)).toArray()); // prints [ 1, 3, 6 ]
 * ```
 */
export function scan<T, R>(combine: (accumulator: R, item: T) => R, seed: R): Operator<T, R> {
  requireFunction("scan", combine);
  const stage: Stage = { kind: SCAN, name: "scan", fn: combine as StageFunction, state: seed };
  return (upstream) => flowOfStage(upstream, stage);
}
