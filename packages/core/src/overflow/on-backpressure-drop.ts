import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { OverflowSubscriber } from "../kit/overflow-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { DropOptions } from "../spec/overflow.js";

/**
 * Drops what comes while there is no demand.
 *
 * *Demand:* unbounded upstream. *Buffers:* nothing. *Errors:* passed on at once. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { onBackpressureDrop, range } from "@sluice/core";
 * const dropped: number[] = [];
 * const newest = range(1, 4).pipe(onBackpressureDrop({ onDrop: (item) => dropped.push(item) }));
 * for await (const item of newest.values({ prefetch: 1 })) console.log(item, "dropped", dropped);
 * // prints 1 dropped [ 2, 3, 4 ]
 * ```
 */
export function onBackpressureDrop<T>(options?: DropOptions<T>): Operator<T, T> {
  checkDropOptions("onBackpressureDrop", options);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new OverflowSubscriber(downstream, "onBackpressureDrop", 0, "dropNewest", options),
      { name: "onBackpressureDrop" },
    );
}
