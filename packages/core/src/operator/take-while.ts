import { checkOptions } from "../kit/check-options.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/** How `takeWhile` ends. */
export interface TakeWhileOptions {
  /** Also send the item at which the test first answers false; default `false`. */
  readonly inclusive?: boolean | undefined;
}

/**
 * Sends items as long as `test` answers true, then cancels upstream and completes; a type guard narrows the type.
 *
 * *Demand:* n for n. *Buffers:* nothing. *Errors:* what `test` throws ends the stream at that item and cancels
 * upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { range, takeWhile } from "@sluice/core";
 * console.log(await range(1, 9).pipe(takeWhile((n) => n < 3)).toArray()); // prints [ 1, 2 ]
 * console.log(await range(1, 9).pipe(takeWhile((n) => n < 3, { inclusive: true })).toArray()); // prints [ 1, 2, 3 ]
 * ```
 */
export function takeWhile<T, S extends T>(
  test: (item: T) => item is S,
  options?: { readonly inclusive?: false | undefined },
): Operator<T, S>;
export function takeWhile<T>(test: (item: T) => unknown, options?: TakeWhileOptions): Operator<T, T>;
export function takeWhile<T>(test: (item: T) => unknown, options?: TakeWhileOptions): Operator<T, T> {
  requireFunction("takeWhile", test);
  checkOptions("takeWhile", options);
  const inclusive = options?.inclusive ?? false;
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new TakeWhile(downstream, test, inclusive), {
      name: "takeWhile",
    });
}

class TakeWhile<T> extends OperatorSubscriber<T, T> {
  private readonly test: (item: T) => unknown;
  private readonly inclusive: boolean;

  constructor(downstream: StageSubscriber<T>, test: (item: T) => unknown, inclusive: boolean) {
    super(downstream);
    this.test = test;
    this.inclusive = inclusive;
  }

  next(item: T): boolean {
    if (this.done) return false;
    let passes: unknown;
    try {
      passes = this.test(item);
    } catch (thrown) {
      this.fail(asError(thrown, "takeWhile"));
      return false;
    }
    if (passes) return this.downstream.next(item);
    if (this.inclusive) this.downstream.next(item);
    this.completeEarly();
    return true;
  }
}
