// The end of a pipeline that is an async iterable: `next()` resolves at once while the ring holds items.

import { checkCapacity, Ring } from "../buffer/ring.js";
import { replenishAt } from "../kit/replenish.js";
import type { Connectable, StageSubscriber } from "../kit/stage-subscriber.js";
import { NEVER_SUBSCRIPTION } from "../kit/ended.js";
import type { Subscription } from "../spec/publisher.js";

export interface ValuesOptions {
  /** Cancels the flow when it aborts; `next` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Items asked for ahead of the reader; default 256. */
  readonly prefetch?: number | undefined;
}

/** See `Flow.values`. Subscribes at the first `next`. */
export function toAsyncIterable<T>(
  upstream: Connectable<T>,
  options: ValuesOptions | undefined,
): AsyncIterableIterator<T> {
  const prefetch = checkCapacity("values", options?.prefetch ?? 256, 1);
  const reader = new Reader<T>(prefetch, options?.signal);
  let isSubscribed = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (!isSubscribed) {
        isSubscribed = true;
        upstream.connect(reader);
      }
      return reader.read();
    },
    return() {
      isSubscribed = true; // an iteration that was left before it began never begins
      reader.stop();
      return Promise.resolve(OVER);
    },
  };
}

/** A call of `next` that came before its item. */
interface Waiting<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** How the iteration ends when the items are used up. An error is thrown once, then it is over. */
type End = { readonly kind: "complete" } | { readonly kind: "error"; readonly error: unknown };

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };

class Reader<T> implements StageSubscriber<T> {
  private readonly prefetch: number;
  private readonly signal: AbortSignal | undefined;
  private readonly items: Ring<T>;
  private readonly waiting: Ring<Waiting<T>>;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  /** Taken since upstream was last asked. */
  private consumed = 0;
  private end: End | undefined = undefined;

  constructor(prefetch: number, signal: AbortSignal | undefined) {
    this.prefetch = prefetch;
    this.signal = signal;
    this.items = new Ring(prefetch);
    this.waiting = new Ring(prefetch);
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    if (this.signal?.aborted) this.handleEvent();
    else this.signal?.addEventListener("abort", this);
    if (this.end === undefined) subscription.request(this.prefetch);
  }

  next(item: T): boolean {
    if (this.end !== undefined) return false;
    if (this.waiting.isEmpty) this.items.push(item);
    else {
      this.waiting.shift().resolve({ done: false, value: item });
      this.replenish();
    }
    return true;
  }

  onError(error: unknown): void {
    this.finish({ kind: "error", error });
  }

  onComplete(): void {
    this.finish({ kind: "complete" });
  }

  read(): Promise<IteratorResult<T, undefined>> {
    if (!this.items.isEmpty) {
      const value = this.items.shift();
      this.replenish();
      return Promise.resolve({ done: false, value });
    }
    if (this.end !== undefined) {
      const { end } = this;
      this.end = { kind: "complete" };
      return end.kind === "error" ? Promise.reject(end.error) : Promise.resolve(OVER);
    }
    if (this.waiting.isFull) {
      const limit = `${this.prefetch} calls of next() wait already`;
      return Promise.reject(
        new RangeError(`Cannot read further ahead: ${limit}; await one, or set a larger prefetch`),
      );
    }
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** The reader leaves: nothing more is delivered, what waits is dropped. */
  stop(): void {
    const { upstream } = this;
    this.finish({ kind: "complete" });
    this.end = { kind: "complete" }; // also in place of an error that nobody read
    this.items.clear();
    upstream.cancel();
  }

  /** The abort signal fired: the reader is told at once, before the items that wait. */
  handleEvent(): void {
    const { upstream } = this;
    this.items.clear();
    this.finish({ kind: "error", error: this.signal?.reason });
    upstream.cancel();
  }

  private finish(end: End): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.upstream = NEVER_SUBSCRIPTION;
    this.signal?.removeEventListener("abort", this);
    // Calls that wait mean that no item does: the first of them gets the end, the others what follows it.
    while (!this.waiting.isEmpty) {
      const call = this.waiting.shift();
      if (this.end.kind === "error") call.reject(this.end.error);
      else call.resolve(OVER);
      this.end = { kind: "complete" };
    }
  }

  private replenish(): void {
    if (++this.consumed < replenishAt(this.prefetch)) return;
    const n = this.consumed;
    this.consumed = 0;
    this.upstream.request(n);
  }
}
