import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkShedOptions, ShedSubscriber } from "../kit/shed-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { ShedOptions } from "../spec/overflow.js";

/**
 * Holds what a producer that cannot be slowed sends ahead of demand, and gives up the lowest priority first when there
 * is no room; items leave in the order in which they came.
 *
 * Among equal priorities the oldest is given up, as it is the most out of date; an item that comes with less than the
 * lowest priority held is dropped itself. Each item takes O(log capacity).
 *
 * *Demand:* unbounded upstream. *Buffers:* `capacity` items. *Errors:* after the items held before it; what `priority`
 * throws at once, and upstream is cancelled. *Cancel:* passed on; what is held is dropped, reason "ended".
 *
 * @example
 * ```ts
 * import { of, onBackpressureShed } from "@sluice/core";
 * const shed = onBackpressureShed<string>({
 *   capacity: 2,
 *   priority: (line) => (line.startsWith("error") ? 1 : 0),
 *   onDrop: (line, reason) => console.log(reason, line),
 * });
 * const lines = of("info 1", "error 2", "info 3", "info 4", "error 5").pipe(shed);
 * for await (const line of lines.values({ prefetch: 1 })) console.log(line);
 * // prints shed info 3
 * // prints shed info 4
 * // prints info 1
 * // prints error 2
 * // prints error 5
 * ```
 */
export function onBackpressureShed<T>(options: ShedOptions<T>): Operator<T, T> {
  const capacity = checkShedOptions("onBackpressureShed", options);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) => new ShedSubscriber(downstream, "onBackpressureShed", options),
      { name: "onBackpressureShed", settings: { capacity } },
    );
}
