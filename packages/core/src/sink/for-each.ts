// The end of a pipeline that is a function, which may be asynchronous: the next item waits until it is done.

import { checkCapacity, Ring } from "../buffer/ring.js";
import { replenishAt } from "../kit/replenish.js";
import type { Connectable, StageSubscriber } from "../kit/stage-subscriber.js";
import type { Subscription } from "../spec/publisher.js";
import { Settlement } from "./settle.js";

export interface ForEachOptions {
  /** Cancels the flow when it aborts; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Items asked for ahead of the one being consumed; default 256. */
  readonly prefetch?: number | undefined;
}

/** See `Flow.forEach`. */
export function forEach<T>(
  upstream: Connectable<T>,
  consume: (item: T) => unknown,
  options: ForEachOptions | undefined,
): Promise<void> {
  if (typeof consume !== "function") {
    throw new TypeError(
      `Cannot call forEach with ${typeof consume}: it takes a function that consumes one item`,
    );
  }
  const sink = new ForEachSubscriber(
    consume,
    checkCapacity("forEach", options?.prefetch ?? 256, 1),
    options?.signal,
  );
  upstream.connect(sink);
  return sink.end.promise;
}

/** An item is consumed where it arrives; it waits in the ring only while `consume` is busy with another. */
class ForEachSubscriber<T> implements StageSubscriber<T> {
  readonly end: Settlement<void>;
  private readonly consume: (item: T) => unknown;
  private readonly prefetch: number;
  private readonly waiting: Ring<T>;
  private upstream: Subscription | undefined = undefined;
  /** `consume` is running, or its promise is pending. */
  private busy = false;
  /** Consumed since upstream was last asked. */
  private consumed = 0;
  private upstreamEnd: (() => void) | undefined = undefined;

  constructor(consume: (item: T) => unknown, prefetch: number, signal: AbortSignal | undefined) {
    this.consume = consume;
    this.prefetch = prefetch;
    this.waiting = new Ring(prefetch);
    this.end = new Settlement(signal);
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    if (this.end.begin(subscription)) subscription.request(this.prefetch);
  }

  next(item: T): boolean {
    if (this.end.settled) return false;
    if (this.busy) this.waiting.push(item);
    else if (this.consumeOne(item)) this.replenish();
    return true;
  }

  onError(error: unknown): void {
    this.endAfterItems(() => this.end.reject(error));
  }

  onComplete(): void {
    this.endAfterItems(() => this.end.resolve());
  }

  /** What came before the end is consumed before it. */
  private endAfterItems(end: () => void): void {
    if (this.busy) this.upstreamEnd = end;
    else end();
  }

  /** Answers whether the item is done with; if not, `resume` is called when it is. */
  private consumeOne(item: T): boolean {
    this.busy = true;
    let answer: unknown;
    try {
      answer = this.consume(item);
    } catch (thrown) {
      this.end.abandon(thrown);
      return false;
    }
    if (isThenable(answer)) {
      Promise.resolve(answer).then(this.resume, this.abandon);
      return false;
    }
    this.busy = false;
    this.consumed++;
    return true;
  }

  private readonly resume = (): void => {
    this.consumed++;
    this.busy = false;
    while (!this.end.settled && !this.waiting.isEmpty && this.consumeOne(this.waiting.shift()));
    if (this.end.settled) this.waiting.clear();
    else if (!this.busy && this.upstreamEnd !== undefined) this.upstreamEnd();
    else this.replenish();
  };

  private readonly abandon = (reason: unknown): void => {
    this.end.abandon(reason);
    this.waiting.clear();
  };

  private replenish(): void {
    if (this.consumed < replenishAt(this.prefetch) || this.upstreamEnd !== undefined) return;
    const n = this.consumed;
    this.consumed = 0;
    this.upstream?.request(n);
  }
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === "object" &&
    answer !== null &&
    typeof (answer as PromiseLike<unknown>).then === "function"
  );
}
