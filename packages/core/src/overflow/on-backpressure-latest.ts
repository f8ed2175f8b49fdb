import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { OverflowSubscriber } from "../kit/overflow-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { DropOptions } from "../spec/overflow.js";

/**
 * Keeps only the latest of what comes while there is no demand.
 *
 * *Demand:* unbounded upstream. *Buffers:* one item. *Errors:* after the item held. *Cancel:* passed on; the
 * item held is dropped, reason "ended".
 *
 * @example
 * ```ts
 * import { onBackpressureLatest, range } from "@sluice/core";
 * const prices = range(1, 100).pipe(onBackpressureLatest());
 * for await (const price of prices.values({ prefetch: 1 })) console.log(price);
 * // prints 1
 * // prints 100
 * ```
 */
export function onBackpressureLatest<T>(options?: DropOptions<T>): Operator<T, T> {
  checkDropOptions("onBackpressureLatest", options);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new OverflowSubscriber(downstream, "onBackpressureLatest", 1, "dropOldest", options),
      { name: "onBackpressureLatest" },
    );
}
