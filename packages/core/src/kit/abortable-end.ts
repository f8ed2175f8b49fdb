// What the ends of pipelines have in common that answer with a promise: an AbortSignal may end them at any moment,
// also before their publisher has answered.

import type { Subscription } from "../spec/publisher.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import type { Connectable, StageSubscriber } from "./stage-subscriber.js";

/** An end that asks for `prefetch` items at first, unless it was aborted. */
export abstract class AbortableEnd<T> implements StageSubscriber<T> {
  protected upstream: Subscription = NEVER_SUBSCRIPTION;
  /** Nothing is taken any more. */
  protected done = false;
  private readonly signal: AbortSignal | undefined;
  private readonly prefetch: number;

  constructor(signal: AbortSignal | undefined, prefetch: number) {
    this.signal = signal;
    this.prefetch = prefetch;
  }

  abstract next(item: T): boolean;
  abstract onError(error: unknown): void;
  abstract onComplete(): void;

  /** Subscribes, unless the signal has aborted: listened to from here on, as onSubscribe may come late. */
  connectTo(upstream: Connectable<T>): void {
    this.signal?.addEventListener("abort", this);
    if (this.signal?.aborted) this.handleEvent();
    else upstream.connect(this);
  }

  onSubscribe(subscription: Subscription): void {
    if (this.done) {
      subscription.cancel(); // it ended while this was awaited
      return;
    }
    this.upstream = subscription;
    subscription.request(this.prefetch);
  }

  /** The abort signal fired. */
  handleEvent(): void {
    this.abandon(this.signal?.reason);
  }

  /** Ends from this side, with this error: upstream is to be cancelled. */
  protected abstract abandon(error: unknown): void;

  /** Upstream has ended, or is about to be cancelled. */
  protected close(): void {
    this.done = true;
    this.upstream = NEVER_SUBSCRIPTION;
  }

  /** To be called when an abort can change nothing any more. */
  protected ignoreAbort(): void {
    this.signal?.removeEventListener("abort", this);
  }
}
