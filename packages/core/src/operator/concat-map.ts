import { flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { Arbiter, type ArbiterOwner } from "../kit/arbiter.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from } from "../source/from.js";
import type { Subscription } from "../spec/publisher.js";

/**
 * Makes a source of each item and sends their items, one source after the other.
 *
 * *Demand:* one item of upstream at a time; the source that runs gets what is requested, the next one what
 * is left of it. *Buffers:* nothing. *Errors:* the first error, of upstream, of a source or of `make`, ends
 * the stream at once and cancels the others. *Cancel:* the source that runs, then upstream.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { concatMap, of, range } from "@sluice/core";
 * console.log(await of(1, 10).pipe(concatMap((n) => range(n, 2))).toArray()); // prints [ 1, 2, 10, 11 ]
 * ```
 */
export function concatMap<T, R>(make: (item: T) => FlowInput<R>): Operator<T, R> {
  requireFunction("concatMap", make);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new ConcatMap(downstream, make), {
      name: "concatMap",
    });
}

/**
 * waiting (for upstream) --item--> running (an inner source) --inner completes--> waiting
 *
 * The operator is the subscriber of upstream, `inner` of the sources: one object for all of them, as they never
 * overlap. No recursion when sources end on the stack on which they were made: `request` upstream then comes
 * from within upstream's own loop, which only counts it.
 */
class ConcatMap<T, R> extends OperatorSubscriber<T, R> implements ArbiterOwner {
  private readonly make: (item: T) => FlowInput<R>;
  private readonly inner: Arbiter<R>;
  private upstreamCompleted = false;

  constructor(downstream: StageSubscriber<R>, make: (item: T) => FlowInput<R>) {
    super(downstream);
    this.make = make;
    this.inner = new Arbiter(downstream, this);
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(1);
  }

  next(item: T): boolean {
    if (this.done) return false;
    let source: Flow<R>;
    try {
      source = from(this.make(item));
    } catch (thrown) {
      this.fail(asError(thrown, "concatMap"));
      return false;
    }
    if (this.done) return false; // `make` cancelled
    this.inner.isRunning = true; // before it is connected: it may complete on this stack
    source.connect(this.inner);
    return true;
  }

  override onComplete(): void {
    this.upstreamCompleted = true;
    if (!this.inner.isRunning) super.onComplete();
  }

  override request(n: number): void {
    if (!this.done) this.inner.request(n);
  }

  sourceCompleted(): void {
    if (this.done) return;
    if (this.upstreamCompleted) this.endWithComplete();
    else this.upstream.request(1);
  }

  sourceFailed(error: unknown): void {
    this.fail(error);
  }

  protected override onEnd(): void {
    this.inner.cancel();
  }
}
