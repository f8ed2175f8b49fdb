import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkBufferOptions } from "../kit/buffer-options.js";
import { openBuffer } from "../kit/open-buffer.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { BufferOptions, WeighedBufferOptions } from "../spec/overflow.js";

/**
 * Holds what a producer that cannot be slowed sends ahead of demand, up to a capacity, which counts items, or items
 * and their weight; for a time, if it is told to.
 *
 * *Demand:* unbounded upstream. *Buffers:* `capacity` items, and no more than their weight, which `memory` is charged
 * with if it is given. *Errors:* after the items held before it; what `weigh`, `onDrop` or `memory` throw at once, and
 * upstream is cancelled. *Cancel:* passed on; what is held is dropped, reason "ended".
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
 *
 * @example
 * By weight, and for a time:
 *
 * ```ts
 * import { of, onBackpressureBuffer } from "@sluice/core";
 * const buffer = onBackpressureBuffer<string>({
 *   capacity: { items: 100, weight: 10 },
 *   weigh: (text) => text.length,
 *   overflow: "dropNewest",
 *   ttlMs: 60_000,
 * });
 * const reader = of("a", "hello", "world", "!").pipe(buffer).values({ prefetch: 1 });
 * for await (const text of reader) console.log(text);
 * // prints a
 * // prints hello
 * // prints world
 * ```
 */
export function onBackpressureBuffer<T>(options: BufferOptions<T> | WeighedBufferOptions<T>): Operator<T, T> {
  const capacity = checkBufferOptions("onBackpressureBuffer", options);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        openBuffer(downstream, "onBackpressureBuffer", options, systemClock),
      { name: "onBackpressureBuffer", settings: { capacity } },
    );
}
