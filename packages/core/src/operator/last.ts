import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { requireFunction } from "../kit/require-function.js";
import { ResultSubscriber } from "../kit/result-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { filter } from "./filter.js";

/**
 * Sends the last item, or the last for which `test` answers true, when upstream completes.
 *
 * When there is none it completes without an item: put `defaultIfEmpty` behind it for one in its place.
 *
 * *Demand:* all there is, at the first request. *Buffers:* the one item. *Errors:* passed on, and the item is
 * forgotten; what `test` throws ends the stream and cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { last, range } from "@sluice/core";
 * console.log(await range(1, 9).pipe(last()).toArray()); // prints [ 9 ]
 * console.log(await range(1, 9).pipe(last((n) => n % 4 === 0)).toArray()); // prints [ 8 ]
 * ```
 */
export function last<T, S extends T>(test: (item: T) => item is S): Operator<T, S>;
export function last<T>(test?: (item: T) => unknown): Operator<T, T>;
export function last<T>(test?: (item: T) => unknown): Operator<T, T> {
  if (test !== undefined) requireFunction("last", test);
  return (upstream) =>
    flowOf(
      test === undefined ? upstream : filter(test)(upstream),
      (downstream: StageSubscriber<T>) =>
        new ResultSubscriber(downstream, "last", (_: T, item: T) => item, undefined as T, false),
      { name: "last" },
    );
}
