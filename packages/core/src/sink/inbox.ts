// What the sinks with a consumer of their own have in common: they ask ahead of it, hold what it has not taken,
// and tell it of the end when nothing is left before that.
//
//   open --(onError | onComplete)--> ending, items left --(consumer takes the last)--> ended
//   any --abort, or the consumer leaves--> ended, at once: what is held is dropped

import { checkCapacity, Ring } from "../buffer/ring.js";
import { AbortableEnd } from "../kit/abortable-end.js";
import { replenishAt } from "../kit/replenish.js";

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
export abstract class Inbox<T> extends AbortableEnd<T> {
  protected readonly items: Ring<T>;
  protected end: End | undefined = undefined;
  /** Consumed since upstream was last asked. */
  private consumed = 0;

  constructor(options: InboxOptions | undefined) {
    const prefetch = checkCapacity("prefetch", options?.prefetch ?? 256, 1);
    super(options?.signal, prefetch);
    this.items = new Ring(prefetch);
  }

  /** There is an item, or the end: to be looked at. May be called from within the consumer. */
  protected abstract arrived(): void;

  next(item: T): boolean {
    if (this.done) return false;
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

  /** The consumer is done with an item that it took from `items`. */
  protected consumedOne(): void {
    if (++this.consumed < replenishAt(this.items.capacity)) return;
    const n = this.consumed;
    this.consumed = 0;
    this.upstream.request(n);
  }

  protected override abandon(error: unknown): void {
    this.leave({ error });
  }

  /** Ends from this side, also in place of an end that nobody was told yet: what is held is dropped. */
  protected leave(end: End): void {
    const { upstream } = this;
    this.close();
    this.items.clear();
    this.end = end;
    this.arrived();
    this.ignoreAbort();
    upstream.cancel();
  }

  private finish(end: End): void {
    if (this.done) return;
    this.close();
    this.end = end;
    this.arrived();
  }
}
