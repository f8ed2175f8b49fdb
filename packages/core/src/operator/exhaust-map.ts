import { flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { Arbiter, type ArbiterOwner } from "../kit/arbiter.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { DropAccount } from "../kit/drop-account.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from } from "../source/from.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { DropOptions } from "../spec/overflow.js";
import type { Subscription } from "../spec/publisher.js";

/**
 * Makes a source of an item and sends its items; drops the items of upstream that come while it runs.
 *
 * *Demand:* all there is of upstream; the source that runs gets what is requested, the next one what is left of it.
 * *Buffers:* nothing. What is dropped is counted in `counters` and given to `onDrop`, reason "ignored". *Errors:* the
 * first error, of upstream, of a source, of `make` or of `onDrop`, ends the stream at once and cancels the others.
 * *Cancel:* the source that runs, then upstream.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { exhaustMap, of } from "@sluice/core";
 * const onDrop = (click: string) => console.log("ignored", click);
 * const save = async (click: string) => `saved by ${click}`;
 * console.log(await of("first", "second").pipe(exhaustMap(save, { onDrop })).toArray());
 * // prints ignored second
 * // prints [ 'saved by first' ]
 * ```
 */
export function exhaustMap<T, R>(make: (item: T) => FlowInput<R>, options?: DropOptions<T>): Operator<T, R> {
  requireFunction("exhaustMap", make);
  checkDropOptions("exhaustMap", options);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new ExhaustMap<T, R>(downstream, make, options), {
      name: "exhaustMap",
    });
}

/** waiting --item: offered, delivered--> running (a source; items: offered, dropped) --it completes--> waiting */
class ExhaustMap<T, R> extends OperatorSubscriber<T, R> implements ArbiterOwner {
  private readonly make: (item: T) => FlowInput<R>;
  private readonly account: DropAccount<T>;
  private readonly inner: Arbiter<R>;
  private upstreamCompleted = false;

  constructor(
    downstream: StageSubscriber<R>,
    make: (item: T) => FlowInput<R>,
    options: DropOptions<T> | undefined,
  ) {
    super(downstream);
    this.make = make;
    this.account = new DropAccount(options, (error) => this.fail(error));
    this.inner = new Arbiter(downstream, this);
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(UNBOUNDED);
  }

  next(item: T): boolean {
    const { account, inner } = this;
    account.counters.offered++;
    if (this.done) account.drop(item, "ended");
    else if (inner.isRunning) account.drop(item, "ignored");
    else {
      account.counters.delivered++;
      this.run(item);
    }
    return true; // upstream is unbounded: it need not know
  }

  override onComplete(): void {
    this.upstreamCompleted = true;
    this.sourceCompleted();
  }

  override request(n: number): void {
    if (!this.done) this.inner.request(n);
  }

  sourceCompleted(): void {
    if (this.upstreamCompleted && !this.inner.isRunning) super.onComplete();
  }

  sourceFailed(error: unknown): void {
    this.fail(error);
  }

  protected override onEnd(): void {
    this.inner.cancel();
  }

  private run(item: T): void {
    let source: Flow<R>;
    try {
      source = from(this.make(item));
    } catch (thrown) {
      this.fail(asError(thrown, "exhaustMap"));
      return;
    }
    if (this.done) return; // `make` cancelled
    this.inner.isRunning = true; // before it is connected: it may complete on this stack
    source.connect(this.inner);
  }
}
