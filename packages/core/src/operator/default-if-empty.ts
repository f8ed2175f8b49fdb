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
    flowOf(upstream, (downstream: StageSubscriber<T | D>) => new DefaultIfEmpty<T, D>(downstream, item), {
      name: "defaultIfEmpty",
    });
}

class DefaultIfEmpty<T, D> extends ResultSubscriber<T, T | D> {
  private readonly item: D;
  private isEmpty = true;
  private upstreamCompleted = false;

  constructor(downstream: StageSubscriber<T | D>, item: D) {
    super(downstream);
    this.item = item;
  }

  next(item: T): boolean {
    this.isEmpty = false;
    return this.downstream.next(item);
  }

  override onComplete(): void {
    this.upstreamCompleted = true;
    if (this.isEmpty) this.finish(this.item);
    else super.onComplete();
  }

  override request(n: number): void {
    if (this.upstreamCompleted) super.request(n);
    else if (!this.done) {
      this.isAsked = true;
      this.upstream.request(n);
    }
  }
}
