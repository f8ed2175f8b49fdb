// The base of operators: Subscriber of what is above, Subscription of what is below, in one object.
//
//            onSubscribe            next, onError, onComplete
//   upstream ------------> operator ------------------------> downstream
//            <------------          <------------------------
//            request, cancel                request, cancel
//
// Two states are enough for the life of it:
//
//   open --(terminal signal from upstream | cancel from downstream | fail by the operator)--> done
//
// An operator overrides only what is special to it; what stands here is the identity.

import type { Subscription } from "../spec/publisher.js";
import { dropError } from "./dropped.js";
import { NEVER_SUBSCRIPTION, nobody } from "./ended.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Base class of an operator between our own stages.
 *
 * *Demand:* passes each request on as it is. *Buffers:* nothing. *Errors:* passes them on. *Cancel:* passes
 * it on, and forgets the downstream (§3.13).
 *
 * @example
 * ```ts
 * import { flowOf, OperatorSubscriber } from "@sluice/core/kit";
 * import { range, type Operator } from "@sluice/core";
 *
 * class EverySecond<T> extends OperatorSubscriber<T, T> {
 *   private odd = false;
 *   next(item: T): boolean {
 *     this.odd = !this.odd;
 *     return this.odd ? this.downstream.next(item) : false; // false: not used, the source sends another
 *   }
 * }
 * const everySecond = <T>(): Operator<T, T> => (upstream) => flowOf(upstream, (down) => new EverySecond(down));
 *
 * console.log(await range(1, 5).pipe(everySecond()).toArray()); // prints [ 1, 3, 5 ]
 * ```
 */
export abstract class OperatorSubscriber<T, R> implements StageSubscriber<T>, Subscription {
  protected upstream: Subscription = NEVER_SUBSCRIPTION;
  protected downstream: StageSubscriber<R>;
  /** Nothing may be signalled downstream any more, and nothing is asked upstream. */
  protected done = false;

  constructor(downstream: StageSubscriber<R>) {
    this.downstream = downstream;
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    this.downstream.onSubscribe(this);
  }

  get late(): StageSubscriber<R>["late"] {
    return this.downstream.late;
  }

  abstract next(item: T): boolean;

  onError(error: unknown): void {
    if (this.done) dropError(error, this.late);
    else this.endWithError(error);
  }

  onComplete(): void {
    if (!this.done) this.endWithComplete();
  }

  request(n: number): void {
    if (!this.done) this.upstream.request(n);
  }

  cancel(): void {
    if (this.done) return; // §3.7: idempotent, and never upstream once that has ended
    const { upstream } = this;
    this.leave();
    upstream.cancel();
  }

  /** The operator itself found the error: upstream is told to stop, downstream why. */
  protected fail(error: unknown): void {
    if (this.done) {
      dropError(error, this.late);
      return;
    }
    const { upstream } = this;
    const downstream = this.leave();
    upstream.cancel();
    downstream.onError(error);
  }

  /** Completes downstream and stops an upstream that has more. */
  protected completeEarly(): void {
    if (this.done) return;
    const { upstream } = this;
    const downstream = this.leave();
    upstream.cancel();
    downstream.onComplete();
  }

  /** Passes on the failure of an upstream that has ended: it must not be cancelled any more. */
  protected endWithError(error: unknown): void {
    this.leave().onError(error);
  }

  /** Passes on the completion of an upstream that has ended. */
  protected endWithComplete(): void {
    this.leave().onComplete();
  }

  /** Called once, on whichever end comes first: releases what the operator holds. Must not signal. */
  protected onEnd(): void {}

  /** Done from here on, before anybody is told: a cancel may call back into this operator. */
  private leave(): StageSubscriber<R> {
    const { downstream } = this;
    this.done = true;
    this.downstream = nobody(downstream);
    this.onEnd();
    return downstream;
  }
}
