import { flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { Arbiter, type ArbiterOwner } from "../kit/arbiter.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import { SerialLoop } from "../kit/serial-loop.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from } from "../source/from.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";

/**
 * Makes a source of each item and sends the items of the newest one only.
 *
 * A new item cancels the source that runs before the next one is made: nothing of an old source passes after that.
 *
 * *Demand:* all there is of upstream; the newest source gets what is outstanding. *Buffers:* nothing; at most one
 * source that waits until the item being delivered has been. *Errors:* the first error, of upstream, of the newest
 * source or of `make`, ends the stream at once and cancels the others. *Cancel:* the source that runs, then upstream.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { of, range, switchMap } from "@sluice/core";
 * console.log(await of(1, 10).pipe(switchMap(async (n) => n + 1)).toArray()); // prints [ 11 ]
 * console.log(await of(1, 10).pipe(switchMap((n) => range(n, 2))).toArray()); // prints [ 1, 2, 10, 11 ]
 * ```
 */
export function switchMap<T, R>(make: (item: T) => FlowInput<R>): Operator<T, R> {
  requireFunction("switchMap", make);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new SwitchMap<T, R>(downstream, make), {
      name: "switchMap",
    });
}

/**
 * waiting --item--> running (a source) --item: cancel it--> [delivering: wait] --> running (the next)
 *    ^                    |
 *    +-- it completes ----+
 *
 * An item may come while the old source delivers on the same stack. That source is cancelled at once, but the next one
 * is connected only when the delivery has returned: signals stay serial (§1.3), and until then nobody knows whether
 * downstream used the item up, so what is outstanding cannot be moved on before.
 */
class SwitchMap<T, R> extends OperatorSubscriber<T, R> implements ArbiterOwner {
  private readonly make: (item: T) => FlowInput<R>;
  private readonly loop: SerialLoop;
  private inner: Inner<R>;
  /** Made, and not yet connected. */
  private newest: Flow<R> | undefined = undefined;
  private upstreamCompleted = false;

  constructor(downstream: StageSubscriber<R>, make: (item: T) => FlowInput<R>) {
    super(downstream);
    this.make = make;
    this.loop = new SerialLoop(() => this.connectNewest());
    this.inner = new Inner(downstream, this, this.loop);
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(UNBOUNDED);
  }

  next(item: T): boolean {
    this.inner.cancel();
    this.newest = undefined;
    if (this.done) return false;
    let newest: Flow<R>;
    try {
      newest = from(this.make(item));
    } catch (thrown) {
      this.fail(asError(thrown, "switchMap"));
      return false;
    }
    if (this.done) return false; // `make` cancelled
    this.newest = newest;
    this.loop.run();
    return true;
  }

  override onComplete(): void {
    this.upstreamCompleted = true;
    this.sourceCompleted();
  }

  override request(n: number): void {
    if (!this.done) this.inner.request(n);
  }

  sourceCompleted(): void {
    if (this.upstreamCompleted && !this.inner.isRunning && this.newest === undefined) super.onComplete();
  }

  sourceFailed(error: unknown): void {
    this.fail(error);
  }

  protected override onEnd(): void {
    this.newest = undefined;
    this.inner.cancel();
  }

  private connectNewest(): void {
    const { newest } = this;
    if (newest === undefined || this.inner.isDelivering) return;
    const { outstanding } = this.inner;
    const inner = new Inner(this.downstream, this, this.loop);
    if (outstanding > 0) inner.request(outstanding);
    inner.isRunning = true; // before it is connected: it may complete on this stack
    this.inner = inner;
    this.newest = undefined;
    newest.connect(inner);
  }
}

/** One for each source, so that what an old one still signals is not taken for the newest's. */
class Inner<R> extends Arbiter<R> {
  isDelivering = false;
  private readonly loop: SerialLoop;

  constructor(downstream: StageSubscriber<R>, owner: ArbiterOwner, loop: SerialLoop) {
    super(downstream, owner);
    this.loop = loop;
  }

  override next(item: R): boolean {
    this.isDelivering = true;
    const used = super.next(item);
    this.isDelivering = false;
    this.loop.run();
    return used;
  }
}
