import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";

/**
 * Sends each item together with the one before it; nothing for the first.
 *
 * *Demand:* n + 1 at the first request, then n. *Buffers:* the item before. *Errors:* passed on. *Cancel:* passed
 * on.
 *
 * @example
 * ```ts
 * import { pairwise, range } from "@sluice/core";
 * console.log(await range(1, 3).pipe(pairwise()).toArray()); // prints [ [ 1, 2 ], [ 2, 3 ] ]
 * ```
 */
export function pairwise<T>(): Operator<T, [T, T]> {
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<[T, T]>) => new Pairwise(downstream), { name: "pairwise" });
}

class Pairwise<T> extends OperatorSubscriber<T, [T, T]> {
  private previous: T | undefined = undefined;
  private hasPrevious = false;
  /** To be asked for beside what is requested: the first item makes no pair. */
  private extra = 1;

  next(item: T): boolean {
    const { previous } = this;
    this.previous = item;
    if (this.hasPrevious) return this.downstream.next([previous as T, item]);
    this.hasPrevious = true;
    return true; // it was asked for
  }

  override request(n: number): void {
    const { extra } = this;
    this.extra = 0;
    super.request(addDemand(n, extra));
  }

  protected override onEnd(): void {
    this.previous = undefined;
  }
}
