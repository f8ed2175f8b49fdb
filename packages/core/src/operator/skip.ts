import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";
import { describe } from "../spec/describe.js";

/**
 * Leaves out the first `count` items.
 *
 * *Demand:* n + `count` at the first request, then n. *Buffers:* nothing. *Errors:* passed on. *Cancel:* passed on.
 *
 * @param count how many, an integer >= 0; a `RangeError` is thrown at the call for anything else
 *
 * @example
 * ```ts
 * import { range, skip } from "@sluice/core";
 * console.log(await range(1, 5).pipe(skip(3)).toArray()); // prints [ 4, 5 ]
 * ```
 */
export function skip<T>(count: number): Operator<T, T> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot skip ${describe(count)} items: it must be an integer >= 0`);
  }
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new Skip(downstream, count), {
      name: "skip",
      settings: { count },
    });
}

class Skip<T> extends OperatorSubscriber<T, T> {
  /** Still to be left out. */
  private left: number;
  /** To be asked for beside what is requested. */
  private extra: number;

  constructor(downstream: StageSubscriber<T>, count: number) {
    super(downstream);
    this.left = count;
    this.extra = count;
  }

  next(item: T): boolean {
    if (this.left === 0) return this.downstream.next(item);
    this.left--;
    return true; // it was asked for
  }

  override request(n: number): void {
    const { extra } = this;
    this.extra = 0;
    super.request(addDemand(n, extra));
  }
}
