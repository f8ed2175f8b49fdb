import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkBufferOptions } from "../kit/buffer-options.js";
import { OverflowSubscriber } from "../kit/overflow-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { BufferOptions } from "../spec/overflow.js";

/**
 * Holds what a producer that cannot be slowed sends ahead of demand, up to a capacity.
 *
 * *Demand:* unbounded upstream. *Buffers:* `capacity` items. *Errors:* after the items held before it.
 * *Cancel:* passed on; what is held is dropped, reason "ended".
 *
 * @example
 * ```ts
 * import { onBackpressureBuffer, range } from "@sluice/core";
 * const dropped: number[] = [];
 * const buffer = onBackpressureBuffer<number>({
 *   capacity: 2,
 *   overflow: "dropOldest",
 *   onDrop: (item) => dropped.push(item),
 * });
 * const reader = range(1, 5).pipe(buffer).values({ prefetch: 1 });
 * for await (const item of reader) console.log(item);
 * console.log("dropped", dropped);
 * // prints 1
 * // prints 4
 * // prints 5
 * // prints dropped [ 2, 3 ]
 * ```
 */
export function onBackpressureBuffer<T>(options: BufferOptions<T>): Operator<T, T> {
  checkBufferOptions("onBackpressureBuffer", options);
  const { capacity, overflow } = options;
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new OverflowSubscriber(downstream, "onBackpressureBuffer", capacity, overflow, options),
    );
}
