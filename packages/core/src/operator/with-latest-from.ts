import { flowOf } from "../flow/connected-flow.js";
import { type Flow, type Operator, requireFlow } from "../flow/flow.js";
import { type InnerOwner, InnerSubscriber } from "../kit/inner-subscriber.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, fromEach, type TupleOf } from "../source/from.js";
import { addDemand, UNBOUNDED } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";

/**
 * Sends each item together with the latest one of each of the other sources.
 *
 * Items that come before all others have sent one are dropped. Completes with upstream, or when one of the others has
 * completed without an item.
 *
 * *Demand:* n, and 1 for each item dropped; of the others all there is. *Buffers:* the latest item of each of the
 * others. *Errors:* the first one, of upstream or another, ends the stream at once and cancels the rest. *Cancel:*
 * upstream and the others.
 *
 * @param others an array of anything that `from` takes, subscribed before the first item of upstream is asked for
 *
 * @example
 * ```ts
 * import { of, range, withLatestFrom } from "@sluice/core";
 * const labelled = range(1, 2).pipe(withLatestFrom([of("kg")]));
 * console.log(await labelled.toArray()); // prints [ [ 1, 'kg' ], [ 2, 'kg' ] ]
 * ```
 */
export function withLatestFrom<T, S extends readonly FlowInput<unknown>[] | []>(
  others: S,
): Operator<T, [T, ...TupleOf<S>]> {
  const flows = fromEach("withLatestFrom", others);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<unknown>) => new WithLatestFrom<T>(downstream, flows), {
      name: "withLatestFrom",
      settings: { others: flows.length },
      upstreams: [requireFlow(upstream, "withLatestFrom"), ...flows],
    }) as Flow<[T, ...TupleOf<S>]>;
}

/** subscribing (the others; requests wait) --> some silent (items are dropped) --each has spoken--> joining */
class WithLatestFrom<T> extends OperatorSubscriber<T, unknown[]> implements InnerOwner<unknown> {
  private readonly others: readonly Flow<unknown>[];
  private readonly inners: readonly InnerSubscriber<unknown>[];
  /** The tuple to come: a place for the item, then the latest of each of the others. */
  private latest: unknown[];
  /** How many of the others are silent. */
  private silent: number;
  /** What was requested while subscribing; `undefined` from then on. */
  private early: number | undefined = 0;

  constructor(downstream: StageSubscriber<unknown[]>, others: readonly Flow<unknown>[]) {
    super(downstream);
    this.others = others;
    this.inners = others.map((_, index) => new InnerSubscriber(this, index));
    this.latest = new Array(others.length + 1).fill(SILENT);
    this.silent = others.length;
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    for (const inner of this.inners) {
      inner.request(UNBOUNDED);
      if (!this.done) this.others[inner.index]?.connect(inner);
    }
    const { early } = this;
    this.early = undefined;
    if (early) super.request(early);
  }

  next(item: T): boolean {
    if (this.silent > 0 || this.done) return false;
    const tuple = this.latest.slice();
    tuple[0] = item;
    return this.downstream.next(tuple);
  }

  override request(n: number): void {
    if (this.early === undefined) super.request(n);
    else this.early = addDemand(this.early, n);
  }

  innerNext(index: number, item: unknown): boolean {
    if (this.latest[index + 1] === SILENT) this.silent--;
    this.latest[index + 1] = item;
    return true;
  }

  innerFailed(_index: number, error: unknown): void {
    this.fail(error);
  }

  innerCompleted(index: number): void {
    if (this.latest[index + 1] === SILENT) this.completeEarly();
  }

  protected override onEnd(): void {
    for (const inner of this.inners) inner.cancel();
    this.latest = [];
  }
}

/** In the place of an item that did not come yet: items may be `undefined`. */
const SILENT = Symbol("silent");
