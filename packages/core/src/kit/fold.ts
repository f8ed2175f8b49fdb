// The end of a pipeline that combines all items into one. It stands in the kit because the source's loop calls
// `combine` itself when it sees a Fold: `reduce` then costs no call but the user's (kit/indexed-loop.ts).

import { UNBOUNDED } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { asError } from "./dropped.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import type { Connectable, StageSubscriber } from "./stage-subscriber.js";

/**
 * Combines all items into `accumulator` and settles a promise with it; asks for everything at once.
 *
 * *Errors:* rejects with the error of the stream, or with what `combine` throws, which cancels it. *Cancel:* by
 * the signal; rejects with its reason.
 *
 * @example
 * ```ts
 * import { Fold } from "@sluice/core/kit";
 * import { range } from "@sluice/core";
 * const sum = (a: unknown, b: unknown) => Number(a) + Number(b);
 * new Fold(sum, 0, console.log, console.error, undefined).connectTo(range(1, 3)); // prints 6
 * ```
 */
export class Fold implements StageSubscriber<unknown> {
  readonly combine: (accumulator: unknown, item: unknown) => unknown;
  accumulator: unknown;
  /** Of a promise: a second call of either has no effect. */
  private readonly resolve: (result: unknown) => void;
  private readonly reject: (error: unknown) => void;
  private readonly signal: AbortSignal | undefined;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  private isOver = false;

  constructor(
    combine: (accumulator: unknown, item: unknown) => unknown,
    seed: unknown,
    resolve: (result: unknown) => void,
    reject: (error: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    this.combine = combine;
    this.accumulator = seed;
    this.resolve = resolve;
    this.reject = reject;
    this.signal = signal;
  }

  /** Subscribes, unless the signal has aborted: listened to from here on, as onSubscribe may come late. */
  connectTo(upstream: Connectable<unknown>): void {
    if (this.signal?.aborted) {
      this.handleEvent();
      return;
    }
    this.signal?.addEventListener("abort", this);
    upstream.connect(this);
  }

  onSubscribe(subscription: Subscription): void {
    if (this.isOver) {
      subscription.cancel(); // aborted while it was awaited
      return;
    }
    this.upstream = subscription;
    subscription.request(UNBOUNDED);
  }

  next(item: unknown): boolean {
    try {
      this.accumulator = this.combine(this.accumulator, item);
    } catch (thrown) {
      this.abandon(asError(thrown, "reduce"));
    }
    return true;
  }

  onError(error: unknown): void {
    this.leave();
    this.reject(error);
  }

  onComplete(): void {
    this.leave();
    this.resolve(this.accumulator);
  }

  /** The abort signal fired. */
  handleEvent(): void {
    this.abandon(this.signal?.reason);
  }

  private abandon(error: unknown): void {
    const { upstream } = this;
    this.leave();
    this.reject(error);
    upstream.cancel();
  }

  private leave(): void {
    this.isOver = true;
    this.upstream = NEVER_SUBSCRIPTION;
    this.signal?.removeEventListener("abort", this);
  }
}
