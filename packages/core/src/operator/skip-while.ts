import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/**
 * Leaves out items as long as `test` answers true; from the first other one on, sends all.
 *
 * *Demand:* n, and one more for each item left out. *Buffers:* nothing. *Errors:* what `test` throws ends the
 * stream at that item and cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of, skipWhile } from "@sluice/core";
 * console.log(await of(1, 2, 5, 1).pipe(skipWhile((n) => n < 3)).toArray()); // prints [ 5, 1 ]
 * ```
 */
export function skipWhile<T>(test: (item: T) => unknown): Operator<T, T> {
  requireFunction("skipWhile", test);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new SkipWhile(downstream, test), {
      name: "skipWhile",
    });
}

class SkipWhile<T> extends OperatorSubscriber<T, T> {
  /** `undefined` once it has answered false. */
  private test: ((item: T) => unknown) | undefined;

  constructor(downstream: StageSubscriber<T>, test: (item: T) => unknown) {
    super(downstream);
    this.test = test;
  }

  next(item: T): boolean {
    if (this.done) return false;
    if (this.test !== undefined) {
      try {
        if (this.test(item)) return false;
      } catch (thrown) {
        this.fail(asError(thrown, "skipWhile"));
        return false;
      }
      this.test = undefined;
    }
    return this.downstream.next(item);
  }
}
