// The loop of the sources that count: range, of, and arrays. The reference for all other loops, and the place
// where unbounded demand is fast: one local index, one field that is read again after each item.
//
// Demand is counted twice, and neither count is ever stale:
//
//   requested   granted by downstream, not yet taken up by the loop; a request from within a callback lands here
//   left        local to the loop: taken up and not yet used; when it is 0 the loop takes up `requested`
//
// `ended` is read again after each call of foreign code: a cancel takes effect at once (§3.5). Counting down a
// local and reading one boolean measured 20 % fewer instructions an item than comparing with a total in a field.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { NOBODY } from "./ended.js";
import { Fold } from "./fold.js";
import { DROPPED, type FusedRun } from "./fused-run.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Subscription to `count` items, from an array or counted from `first` on, sent through a run of stages.
 *
 * *Buffers:* nothing but a cursor. *Errors:* what a stage throws ends the stream at that item.
 */
export class IndexedSubscription implements Subscription {
  private readonly items: ArrayLike<unknown> | undefined;
  private readonly first: number;
  private readonly count: number;
  private readonly run: FusedRun;
  private downstream: StageSubscriber<unknown>;
  private index = 0;
  private requested = 0;
  private ended = false;
  private running = false;

  /** @param items what to send, or `undefined` for the numbers from `first` on */
  constructor(
    items: ArrayLike<unknown> | undefined,
    first: number,
    count: number,
    run: FusedRun,
    downstream: StageSubscriber<unknown>,
  ) {
    this.items = items;
    this.first = first;
    this.count = count;
    this.run = run;
    this.downstream = downstream;
  }

  /** Gives the subscription to downstream; completes at once where there is nothing to send. */
  start(): void {
    this.downstream.onSubscribe(this);
    if (!this.running && this.isAtEnd()) this.complete();
  }

  request(n: number): void {
    if (this.ended) return;
    this.requested = addDemand(this.requested, n);
    if (this.running) return; // §3.3: the loop below takes it up, the stack does not grow
    this.running = true;
    try {
      if (!this.run.isPrepared) this.loopGeneral();
      else if (this.downstream instanceof Fold) this.loopFold(this.downstream);
      else this.loopPrepared();
    } catch (thrown) {
      // Downstream never throws (kit/stage-subscriber.ts): this came out of a stage.
      this.endWithError(this.run.errorOf(thrown));
    }
    this.running = false;
    if (this.isAtEnd()) this.complete();
  }

  cancel(): void {
    this.ended = true;
    this.downstream = NOBODY;
  }

  /** [map] [filter] and downstream: no call but the user's functions and `next`. */
  private loopPrepared(): void {
    const { items, first, count, downstream } = this;
    const { map, keep } = this.run;
    let i = this.index;
    let left = this.requested;
    this.requested = 0;
    while (i < count && !this.ended) {
      let item = items === undefined ? first + i : items[i];
      i++;
      if (map !== undefined) item = map(item);
      if (keep !== undefined && !keep(item)) continue;
      if (this.ended) break; // a stage's function cancelled
      if (downstream.next(item) && --left === 0) {
        left = this.requested;
        this.requested = 0;
        if (left === 0) break;
      }
    }
    this.index = i;
    this.requested = addDemand(this.requested, left);
  }

  /** [map] [filter] and a fold, whose demand is unbounded: no call but the user's functions. */
  private loopFold(fold: Fold): void {
    const { items, first, count } = this;
    const { map, keep } = this.run;
    const { combine } = fold;
    let { accumulator } = fold;
    let i = this.index;
    while (i < count && !this.ended) {
      let item = items === undefined ? first + i : items[i];
      i++;
      if (map !== undefined) item = map(item);
      if (keep !== undefined && !keep(item)) continue;
      if (this.ended) break;
      accumulator = combine(accumulator, item);
    }
    this.index = i;
    fold.accumulator = accumulator;
  }

  /** Any run of stages. */
  private loopGeneral(): void {
    const { items, first, count, downstream, run } = this;
    let i = this.index;
    let left = this.requested;
    this.requested = 0;
    while (i < count && !this.ended && !run.exhausted) {
      const result = run.apply(items === undefined ? first + i : items[i]);
      i++;
      if (result === DROPPED || this.ended) continue;
      if (downstream.next(result) && --left === 0) {
        left = this.requested;
        this.requested = 0;
        if (left === 0) break;
      }
    }
    this.index = i;
    this.requested = addDemand(this.requested, left);
  }

  private isAtEnd(): boolean {
    return this.index === this.count || this.run.exhausted;
  }

  private complete(): void {
    if (this.ended) return;
    const { downstream } = this;
    this.cancel();
    downstream.onComplete();
  }

  private endWithError(error: unknown): void {
    if (this.ended) return; // the stage cancelled before it threw
    const { downstream } = this;
    this.cancel();
    downstream.onError(error);
  }
}
