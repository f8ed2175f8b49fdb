import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { requireFunction } from "../kit/require-function.js";
import { ResultSubscriber } from "../kit/result-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/**
 * Combines all items into one, from `seed` on, and sends it when upstream completes; `seed` where there was none.
 *
 * The method `Flow.reduce` ends a pipeline with a promise of the result; this goes on with it.
 *
 * *Demand:* all there is, at the first request. *Buffers:* the accumulator. *Errors:* passed on; what `combine`
 * throws ends the stream and cancels upstream. *Cancel:* passed on.
 *
 * @param seed where each subscription starts; shared by them all, so do not change it in place
 *
 * @example
 * ```ts
 * import { range, reduce } from "@sluice/core";
 * console.log(await range(1, 4).pipe(reduce((sum, n) => sum + n, 0)).toArray()); // prints [ 10 ]
 * ```
 */
export function reduce<T, R>(combine: (accumulator: R, item: T) => R, seed: R): Operator<T, R> {
  requireFunction("reduce", combine);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<R>) => new ResultSubscriber(downstream, "reduce", combine, seed, true),
      { name: "reduce" },
    );
}
