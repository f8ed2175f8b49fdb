import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { BatchSubscriber, conflateRules } from "../kit/batch-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/**
 * Merges the items that wait for demand into one, whatever comes: for producers that cannot be slowed. `batch` slows
 * the producer, and bounds what one value is merged of.
 *
 * *Demand:* all there is. *Buffers:* one merged value; let it not grow with what it is merged of. *Errors:* at once,
 * also what a function throws; what waits is dropped. *Cancel:* passed on; drops what waits.
 *
 * @param seed makes a value of its first item; default: the item itself
 * @param merge makes a value of the one that waits and the item that came
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
export function conflate<T>(merge: (waiting: T, item: T) => T): Operator<T, T>;
export function conflate<T, R>(seed: (item: T) => R, merge: (value: R, item: T) => R): Operator<T, R>;
export function conflate<T, R>(
  first: (value: never, item: T) => R,
  second?: (value: R, item: T) => R,
): Operator<T, R> {
  const rules = conflateRules<T, R>("conflate", first as (value: unknown, item: T) => R, second);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new BatchSubscriber(downstream, "conflate", rules), {
      name: "conflate",
    });
}
