import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { BatchSubscriber } from "../kit/batch-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { UNBOUNDED } from "../spec/demand.js";

/**
 * Merges the items that wait for demand into one, whatever comes: for producers that cannot be slowed. `batch` slows
 * the producer, and bounds what one value is merged of.
 *
 * *Demand:* all there is. *Buffers:* one merged item; let it not grow with what it is merged of. *Errors:* at once,
 * also what `merge` throws; what waits is dropped. *Cancel:* passed on; drops what waits.
 *
 * @param merge makes one item of the one that waits and the one that came
 *
 * @example
 * ```ts
 * import { conflate, range } from "@sluice/core";
 * const sums = range(1, 4).pipe(conflate((sum, n) => sum + n));
 * for await (const sum of sums.values({ prefetch: 1 })) console.log(sum);
 * // prints 1
 * // prints 9
 * ```
 */
export function conflate<T>(merge: (waiting: T, item: T) => T): Operator<T, T> {
  requireFunction("conflate", merge);
  const rules = { seed: (item: T): T => item, merge, max: UNBOUNDED };
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new BatchSubscriber(downstream, "conflate", rules), {
      name: "conflate",
    });
}
