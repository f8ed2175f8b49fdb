import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { OverflowSubscriber } from "../kit/overflow-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { DropOptions } from "../spec/overflow.js";

/**
 * Fails with an `OverflowError` as soon as an item comes while there is no demand.
 *
 * *Demand:* unbounded upstream. *Buffers:* nothing. *Errors:* passed on at once; an overflow cancels upstream.
 * *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { onBackpressureError, range } from "@sluice/core";
 * const strict = range(1, 2).pipe(onBackpressureError()).values({ prefetch: 1 });
 * console.log((await strict.next()).value); // prints 1
 * await strict.next().catch((error) => console.log(error.code)); // prints OVERFLOW
 * ```
 */
export function onBackpressureError<T>(options?: DropOptions<T>): Operator<T, T> {
  checkDropOptions("onBackpressureError", options);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new OverflowSubscriber(downstream, "onBackpressureError", 0, "error", options),
      { name: "onBackpressureError" },
    );
}
