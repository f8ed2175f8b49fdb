// What the sinks with a consumer of their own have in common: they ask ahead of it, hold what it has not taken,
// and tell it of the end when nothing is left before that.
//
//   open --(onError | onComplete)--> ending, items left --(consumer takes the last)--> ended
//   any --abort, or the consumer leaves--> ended, at once: what is held is dropped

import { checkCapacity, Ring } from "../buffer/ring.js";
import { NEVER_SUBSCRIPTION } from "../kit/ended.js";
import { replenishAt } from "../kit/replenish.js";
import type { Connectable, StageSubscriber } from "../kit/stage-subscriber.js";
import type { Subscription } from "../spec/publisher.js";

/** How a consumer of its own pace is fed. */
export interface InboxOptions {
  /** Cancels the flow when it aborts; what the call returned rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Items asked for ahead of the consumer; default 256. */
  readonly prefetch?: number | undefined;
}

/** How upstream ended: with an error, or well. */
export type End = { readonly error: unknown } | "complete";

/** Holds at most `prefetch` items; asks for as many again whenever three quarters of them are consumed. */
export abstract class Inbox<T> implements StageSubscriber<T> {
  protected readonly items: Ring<T>;
  protected end: End | undefined = undefined;
  private readonly signal: AbortSignal | undefined;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  /** Consumed since upstream was last asked. */
  private consumed = 0;

  constructor(options: InboxOptions | undefined) {
    this.items = new Ring(checkCapacity("prefetch", options?.prefetch ?? 256, 1));
    this.signal = options?.signal;
  }

  /** There is an item, or the end: to be looked at. May be called from within the consumer. */
  protected abstract arrived(): void;

  /** Subscribes, unless the signal has aborted: from here on, not from onSubscribe, which may come late. */
  connectTo(upstream: Connectable<T>): void {
    if (this.signal?.aborted) {
      this.handleEvent();
      return;
    }
    this.signal?.addEventListener("abort", this);
    upstream.connect(this);
  }

  onSubscribe(subscription: Subscription): void {
    if (this.end !== undefined) {
      subscription.cancel(); // the consumer left while it was awaited
      return;
    }
    this.upstream = subscription;
    subscription.request(this.items.capacity);
  }

  next(item: T): boolean {
    if (this.end !== undefined) return false;
    this.items.push(item);
    this.arrived();
    return true;
  }

  onError(error: unknown): void {
    this.finish({ error });
  }

  onComplete(): void {
    this.finish("complete");
  }

  /** The abort signal fired. */
  handleEvent(): void {
    this.leave({ error: this.signal?.reason });
  }

  /** The consumer is done with an item that it took from `items`. */
  protected consumedOne(): void {
    if (++this.consumed < replenishAt(this.items.capacity)) return;
    const n = this.consumed;
    this.consumed = 0;
    this.upstream.request(n);
  }

  /** Ends from this side, also in place of an end that nobody was told yet: what is held is dropped. */
  protected leave(end: End): void {
    const { upstream } = this;
    this.upstream = NEVER_SUBSCRIPTION;
    this.items.clear();
    this.end = end;
    this.arrived();
    this.ignoreAbort();
    upstream.cancel();
  }

  /** To be called when the consumer has been told of the end, or nothing is left before it. */
  protected ignoreAbort(): void {
    this.signal?.removeEventListener("abort", this);
  }

  private finish(end: End): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.upstream = NEVER_SUBSCRIPTION;
    this.arrived();
  }
}
