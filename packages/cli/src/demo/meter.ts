// Counts what passes one place of a pipeline: demand on its way up, items on their way down.
//
//   upstream ◀── request(n) ── [meter] ◀── request(n) ── downstream
//   upstream ─── onNext(x) ──▶ [meter] ─── onNext(x) ──▶ downstream

import { addDemand, fromPublisher } from "@sluice/core";
import type { Operator, Publisher, Subscriber } from "@sluice/core";

/**
 * A count of demand and items, and of the most by which items were ahead of demand.
 *
 * It stands between two stages as a foreign Publisher does, so it sees what really goes over that edge.
 */
export class Meter {
  /** Items asked for so far; `Infinity` once demand is unbounded. */
  granted = 0;
  /** Items that have passed so far. */
  passed = 0;
  /** The largest `passed - granted` after any item; above 0, something flowed that was not asked for. */
  overdraft: number = Number.NEGATIVE_INFINITY;
  private readonly onRequest: () => void;

  /** @param onRequest called after each request has been counted, before it goes on. */
  constructor(onRequest: () => void = () => {}) {
    this.onRequest = onRequest;
  }

  /**
   * The stage that counts. *Demand:* passed on as it is. *Buffers:* nothing. *Errors* and *Cancel:* passed on.
   */
  stage<T>(): Operator<T, T> {
    return (upstream) => fromPublisher(this.between(upstream));
  }

  /** The same for publishers of anybody, which are not held to the rules here: they are watched. */
  between<T>(upstream: Publisher<T>): Publisher<T> {
    return {
      subscribe: (downstream: Subscriber<T>) =>
        upstream.subscribe({
          onSubscribe: (subscription) =>
            downstream.onSubscribe({
              request: (n) => {
                this.granted = addDemand(this.granted, n);
                this.onRequest();
                subscription.request(n);
              },
              cancel: () => subscription.cancel(),
            }),
          onNext: (item) => {
            this.passed++;
            this.overdraft = Math.max(this.overdraft, this.passed - this.granted);
            downstream.onNext(item);
          },
          onError: (error) => downstream.onError(error),
          onComplete: () => downstream.onComplete(),
        }),
    };
  }
}
