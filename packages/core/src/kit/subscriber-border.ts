// Between our stages and a foreign Subscriber: the last object of every pipeline. What the rules promise to a
// subscriber is kept here, whatever it does; no stage above has to think of it.
//
//   subscribing --(onSubscribe returns)--> open --(onError | onComplete | cancel | bad request | throw)--> ended
//
// - Requests made inside onSubscribe go upstream when it has returned: signals are serial (§1.3).
// - A bad request (§3.9) made inside a callback is answered when that callback has returned.
// - What the subscriber throws (§2.13) cancels its subscription and is reported as uncaught.

import { addDemand, demandError, isDemand } from "../spec/demand.js";
import type { Subscriber, Subscription } from "../spec/publisher.js";
import { dropError, reportUncaught } from "./dropped.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Speaks plain Reactive Streams to a subscriber; is the `Subscription` that it gets. */
export class SubscriberBorder<T> implements StageSubscriber<T>, Subscription {
  private subscriber: Subscriber<T>;
  private readonly signal: AbortSignal | undefined;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  private ended = false;
  /** One of the subscriber's callbacks is running. */
  private inCallback = false;
  private isSubscribing = true;
  /** What was requested while subscribing. */
  private early = 0;
  /** The answer to a bad request, waiting for the running callback to return. */
  private violation: Error | undefined = undefined;

  /** @param signal cancels the subscription when it aborts */
  constructor(subscriber: Subscriber<T>, signal: AbortSignal | undefined) {
    this.subscriber = subscriber;
    this.signal = signal;
  }

  onSubscribe(subscription: Subscription): void {
    const { subscriber, signal } = this;
    this.upstream = subscription;
    if (signal?.aborted) this.cancel();
    else signal?.addEventListener("abort", this);
    this.inCallback = true;
    try {
      subscriber.onSubscribe(this); // also after an abort: who subscribes gets a subscription (§1.9)
    } catch (thrown) {
      this.abandon(thrown);
    }
    this.inCallback = false;
    this.isSubscribing = false;
    if (this.violation !== undefined) this.signalViolation(this.violation);
    else if (this.early > 0 && !this.ended) this.upstream.request(this.early);
  }

  next(item: T): boolean {
    if (this.ended) return false;
    this.inCallback = true;
    try {
      this.subscriber.onNext(item);
    } catch (thrown) {
      this.abandon(thrown);
    }
    this.inCallback = false;
    if (this.violation !== undefined) this.signalViolation(this.violation);
    return true;
  }

  onError(error: unknown): void {
    if (this.ended) {
      dropError(error);
      return;
    }
    const { subscriber } = this;
    this.end();
    try {
      subscriber.onError(error);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }

  onComplete(): void {
    if (this.ended) return;
    const { subscriber } = this;
    this.end();
    try {
      subscriber.onComplete();
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }

  request(n: number): void {
    if (this.ended) return; // §3.6
    if (!isDemand(n)) this.refuse(demandError(n));
    else if (this.isSubscribing) this.early = addDemand(this.early, n);
    else this.upstream.request(n);
  }

  cancel(): void {
    this.violation = undefined; // nothing is signalled after cancel, not even what was about to be
    if (this.ended) return; // §3.7
    const { upstream } = this;
    this.end();
    upstream.cancel();
  }

  /** Cancels, so that `using` releases a subscription. */
  [Symbol.dispose](): void {
    this.cancel();
  }

  /** The abort signal fired. */
  handleEvent(): void {
    this.cancel();
  }

  /** §3.9: the stream ends with an error; never a throw out of `request` (§3.16). */
  private refuse(error: Error): void {
    const { upstream, subscriber } = this;
    this.end();
    this.subscriber = subscriber; // one more signal is owed to it
    this.violation = error;
    upstream.cancel();
    if (!this.inCallback) this.signalViolation(error);
  }

  private signalViolation(error: Error): void {
    const { subscriber } = this;
    this.violation = undefined;
    this.subscriber = SILENT;
    try {
      subscriber.onError(error);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }

  /** §2.13: the subscriber threw; its subscription counts as cancelled. */
  private abandon(thrown: unknown): void {
    this.cancel();
    reportUncaught(thrown);
  }

  /** §3.13: forgets the subscriber and whatever would keep it alive. */
  private end(): void {
    this.ended = true;
    this.subscriber = SILENT;
    this.upstream = NEVER_SUBSCRIPTION;
    this.signal?.removeEventListener("abort", this);
  }
}

/** Stands in for a subscriber that is not to be signalled any more. */
const SILENT: Subscriber<unknown> = {
  onSubscribe() {},
  onNext() {},
  onError() {},
  onComplete() {},
};
