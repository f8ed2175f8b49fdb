// The base of operators that make sources of upstream's items and run one at a time (concatMap, exhaustMap, switchMap).
//
//   waiting (for upstream) --run--> running (a source) --it completes: sourceCompleted--> waiting
//
// The operator is the subscriber of upstream, `inner` of the sources. No recursion when sources end on the stack on
// which they were made: `request` upstream then comes from within upstream's own loop, which only counts it.

import type { Subscription } from "../spec/publisher.js";
import { Arbiter, type ArbiterOwner } from "./arbiter.js";
import { asError } from "./dropped.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import type { Connectable, StageSubscriber } from "./stage-subscriber.js";

/**
 * Runs one source at a time; a subclass decides which of upstream's items have one.
 *
 * *Demand:* `ahead` of upstream at first; the source that runs gets what is outstanding. *Buffers:* nothing.
 * *Errors:* the first error, of upstream, of a source or of `make`, ends the stream at once and cancels the others.
 * *Cancel:* the source that runs, then upstream.
 */
export abstract class OneSource<T, R> extends OperatorSubscriber<T, R> implements ArbiterOwner {
  protected inner: Arbiter<R>;
  protected upstreamCompleted = false;
  private readonly name: string;
  private readonly make: (item: T) => Connectable<R>;
  private readonly ahead: number;

  /** @param name of the operator, for messages */
  constructor(
    downstream: StageSubscriber<R>,
    name: string,
    make: (item: T) => Connectable<R>,
    ahead: number,
  ) {
    super(downstream);
    this.name = name;
    this.make = make;
    this.ahead = ahead;
    this.inner = new Arbiter(downstream, this);
    this.inner.takesSlices = true;
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(this.ahead);
  }

  override onComplete(): void {
    this.upstream = NEVER_SUBSCRIPTION; // it has ended: it is not cancelled any more
    this.upstreamCompleted = true;
    this.completeIfOver();
  }

  override request(n: number): void {
    if (!this.done) this.inner.request(n);
  }

  sourceCompleted(): void {
    this.completeIfOver();
  }

  sourceFailed(error: unknown): void {
    this.fail(error);
  }

  protected override onEnd(): void {
    this.inner.cancel();
  }

  /** Makes the source of `item` and starts it. */
  protected run(item: T): void {
    let source: Connectable<R>;
    try {
      source = this.make(item);
    } catch (thrown) {
      this.fail(asError(thrown, this.name));
      return;
    }
    if (!this.done) this.start(source); // else `make` cancelled
  }

  protected start(source: Connectable<R>): void {
    this.inner.isRunning = true; // before it is connected: it may complete on this stack
    source.connect(this.inner);
  }

  protected completeIfOver(): void {
    if (this.upstreamCompleted && !this.inner.isRunning) super.onComplete();
  }
}
