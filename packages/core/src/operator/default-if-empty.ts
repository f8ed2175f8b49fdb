import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { ResultSubscriber } from "../kit/result-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/**
 * Sends the items of upstream; `item` when it completes without any.
 *
 * *Demand:* n for n. *Buffers:* nothing but `item`, until it is requested. *Errors:* passed on. *Cancel:* passed
 * on.
 *
 * @example
 * ```ts
 * import { defaultIfEmpty, first, range } from "@sluice/core";
 * const large = range(1, 9).pipe(first((n) => n > 10), defaultIfEmpty(0));
 * console.log(await large.toArray()); // prints [ 0 ]
 * ```
 */
export function defaultIfEmpty<T, D>(item: D): Operator<T, T | D> {
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T | D>) =>
        new DefaultIfEmpty<T, T | D>(downstream, "defaultIfEmpty", undefined, item, true),
      { name: "defaultIfEmpty" },
    );
}

/** The result is there from the start; the first item of upstream takes it away. */
class DefaultIfEmpty<T extends R, R> extends ResultSubscriber<T, R> {
  override next(item: T): boolean {
    this.hasResult = false;
    return this.downstream.next(item);
  }
}
