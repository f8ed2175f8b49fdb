import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { requireFunction } from "../kit/require-function.js";
import { ResultSubscriber } from "../kit/result-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/**
 * Combines all items into one, from `seed` on, and sends it when upstream completes; `seed` where there was none.
 *
 * The method `Flow.reduce` ends a pipeline with a promise of the result; this goes on with it.
 *
 * *Demand:* all there is, at the first request. *Buffers:* the accumulator. *Errors:* passed on; what `combine`
 * throws ends the stream and cancels upstream. *Cancel:* passed on.
 *
 * @param seed where each subscription starts; shared by them all, so do not change it in place
 *
 * @example
 * ```ts
 * import { range, reduce } from "@sluice/core";
 * console.log(await range(1, 4).pipe(reduce((sum, n) => sum + n, 0)).toArray()); // prints [ 10 ]
 * ```
 */
export function reduce<T, R>(combine: (accumulator: R, item: T) => R, seed: R): Operator<T, R> {
  requireFunction("reduce", combine);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new Reduce(downstream, combine, seed), {
      name: "reduce",
    });
}

class Reduce<T, R> extends ResultSubscriber<T, R> {
  private readonly combine: (accumulator: R, item: T) => R;
  private accumulator: R | undefined;

  constructor(downstream: StageSubscriber<R>, combine: (accumulator: R, item: T) => R, seed: R) {
    super(downstream);
    this.combine = combine;
    this.accumulator = seed;
  }

  next(item: T): boolean {
    if (this.done) return false;
    let accumulator: R;
    try {
      accumulator = this.combine(this.accumulator as R, item); // only undefined here if it is a value
    } catch (thrown) {
      this.fail(asError(thrown, "reduce"));
      return false;
    }
    if (!this.done) this.accumulator = accumulator; // `combine` may have cancelled
    return true;
  }

  override onComplete(): void {
    this.finish(this.accumulator as R);
  }

  protected override onEnd(): void {
    super.onEnd();
    this.accumulator = undefined;
  }
}
