// The end of a pipeline that combines all items into one. It stands in the kit because the source's loop calls
// `combine` itself when it sees a Fold: `reduce` then costs no call but the user's (kit/indexed-loop.ts).

import { UNBOUNDED } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Who is told how a fold ends. */
export interface FoldEnd {
  /** Before the first request; `false` means that it is over already. */
  begin(subscription: Subscription): boolean;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  /** `combine` threw: rejects, and cancels the stream. */
  abandon(error: unknown): void;
}

/** Combines all items into `accumulator`; asks for everything at once. */
export class Fold implements StageSubscriber<unknown> {
  readonly combine: (accumulator: unknown, item: unknown) => unknown;
  accumulator: unknown;
  private readonly end: FoldEnd;

  constructor(combine: (accumulator: unknown, item: unknown) => unknown, seed: unknown, end: FoldEnd) {
    this.combine = combine;
    this.accumulator = seed;
    this.end = end;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.end.begin(subscription)) subscription.request(UNBOUNDED);
  }

  next(item: unknown): boolean {
    try {
      this.accumulator = this.combine(this.accumulator, item);
    } catch (thrown) {
      this.end.abandon(thrown);
    }
    return true;
  }

  onError(error: unknown): void {
    this.end.reject(error);
  }

  onComplete(): void {
    this.end.resolve(this.accumulator);
  }
}
