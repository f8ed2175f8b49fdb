// Between our stages and a foreign Subscriber: the last object of every pipeline. What the rules promise to a
// subscriber is kept here, whatever it does; no stage above has to think of it.
//
//   subscribing --(onSubscribe returns)--> open --(onError | onComplete | cancel | bad request | throw)--> ended
//
// - Requests made inside onSubscribe go upstream when it has returned: signals are serial (§1.3).
// - A terminal signal that comes inside a callback, such as the answer to a bad request (§3.9) or the failure of
//   an outer source while an inner one delivers, waits until that callback has returned (§1.3).
// - What the subscriber throws (§2.13) cancels its subscription and is reported as uncaught.

import { addDemand, demandError, isDemand } from "../spec/demand.js";
import type { Subscriber, Subscription } from "../spec/publisher.js";
import { dropError, reportUncaught } from "./dropped.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** A terminal signal that waits; "violation" is the subscriber's own, and needs no mention when it cancels. */
type Owed = { readonly kind: "complete" } | { readonly kind: "error" | "violation"; readonly error: unknown };

/**
 * Speaks plain Reactive Streams to a subscriber; is the `Subscription` that it gets.
 *
 * @example
 * ```ts
 * import { SubscriberBorder } from "@sluice/core/kit";
 * import { of } from "@sluice/core";
 * const border = new SubscriberBorder<string>(
 *   {
 *     onSubscribe: (subscription) => subscription.request(1),
 *     onNext: console.log,
 *     onError: console.error,
 *     onComplete: () => {},
 *   },
 *   undefined,
 * );
 * of("a").connect(border); // prints a
 * ```
 */
export class SubscriberBorder<T> implements StageSubscriber<T>, Subscription {
  /** `undefined` once it is not to be signalled any more. */
  private subscriber: Subscriber<T> | undefined;
  private readonly abortSignal: AbortSignal | undefined;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  private done = false;
  /** One of the subscriber's callbacks is running. */
  private isSending = false;
  /** What was requested while subscribing; `undefined` from then on. */
  private early: number | undefined = 0;
  /** Waits for the running callback to return. */
  private owed: Owed | undefined = undefined;

  /** @param signal cancels the subscription when it aborts */
  constructor(subscriber: Subscriber<T>, signal: AbortSignal | undefined) {
    this.subscriber = subscriber;
    this.abortSignal = signal;
  }

  onSubscribe(subscription: Subscription): void {
    const { subscriber, abortSignal } = this;
    this.upstream = subscription;
    if (abortSignal?.aborted) this.cancel();
    else abortSignal?.addEventListener("abort", this);
    this.isSending = true;
    try {
      subscriber?.onSubscribe(this); // also after an abort: who subscribes gets a subscription (§1.9)
    } catch (thrown) {
      this.abandon(thrown);
    }
    this.isSending = false;
    const { early, owed } = this;
    this.early = undefined;
    if (owed !== undefined) this.signal(owed);
    else if (early && !this.done) this.upstream.request(early);
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.isSending = true;
    try {
      this.subscriber?.onNext(item);
    } catch (thrown) {
      this.abandon(thrown);
    }
    this.isSending = false;
    if (this.owed !== undefined) this.signal(this.owed);
    return true;
  }

  onError(error: unknown): void {
    if (this.done) dropError(error);
    else this.finish({ kind: "error", error });
  }

  onComplete(): void {
    if (!this.done) this.finish({ kind: "complete" });
  }

  request(n: number): void {
    if (this.done) return; // §3.6
    if (!isDemand(n)) this.refuse(n);
    else if (this.early !== undefined) this.early = addDemand(this.early, n);
    else this.upstream.request(n);
  }

  cancel(): void {
    if (this.done) {
      const { owed } = this; // nothing is signalled after cancel, not even what was about to be
      this.forget();
      if (owed?.kind === "error") dropError(owed.error);
      return; // §3.7
    }
    const { upstream } = this;
    this.end();
    this.forget();
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
  private refuse(n: unknown): void {
    const { upstream } = this;
    const owed: Owed = { kind: "violation", error: demandError(n) };
    this.end();
    this.owed = owed;
    upstream.cancel();
    if (!this.isSending && this.owed !== undefined) this.signal(owed);
  }

  private finish(owed: Owed): void {
    this.end();
    if (this.isSending) this.owed = owed;
    else this.signal(owed);
  }

  private signal(owed: Owed): void {
    const { subscriber } = this;
    this.forget();
    try {
      if (owed.kind === "complete") subscriber?.onComplete();
      else subscriber?.onError(owed.error);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }

  /** §2.13: the subscriber threw; its subscription counts as cancelled. */
  private abandon(thrown: unknown): void {
    this.cancel();
    reportUncaught(thrown);
  }

  private end(): void {
    this.done = true;
    this.upstream = NEVER_SUBSCRIPTION;
    this.abortSignal?.removeEventListener("abort", this);
  }

  /** §3.13: it is not to be signalled any more. */
  private forget(): void {
    this.owed = undefined;
    this.subscriber = undefined;
  }
}
