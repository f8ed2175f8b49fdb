// The loop of the sources that count: range, of, and arrays. The reference for all other loops, and the place
// where unbounded demand is fast: one local index, one field that is read again after each item.
//
//   `limit` is the world outside of the loop in one number:
//
//     0 .. Infinity   items that downstream has asked for in all, so far (a total, not a remainder)
//     ENDED (-1)      cancelled or terminated
//
//   emitted < limit is then at once "there is demand" and "not cancelled", also when the subscriber requested
//   or cancelled from within the item's own callback (§3.2, §3.5): nothing works on a stale copy.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { NOBODY } from "./ended.js";
import { Fold } from "./fold.js";
import { DROPPED, type FusedRun } from "./fused-run.js";
import type { StageSubscriber } from "./stage-subscriber.js";

const ENDED = -1;

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
  private emitted = 0;
  private limit = 0;
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
    if (this.limit !== ENDED && !this.running && this.isAtEnd()) this.complete();
  }

  request(n: number): void {
    if (this.limit === ENDED) return;
    this.limit = addDemand(this.limit, n);
    if (this.running) return; // §3.3: the loop below sees the new limit, the stack does not grow
    this.running = true;
    try {
      if (this.run.isPrepared) this.loopPrepared();
      else this.loopGeneral();
    } catch (thrown) {
      // Downstream never throws (kit/stage-subscriber.ts): this came out of a stage.
      this.endWithError(this.run.errorOf(thrown));
      return;
    }
    this.running = false;
    if (this.limit !== ENDED && this.isAtEnd()) this.complete();
  }

  cancel(): void {
    this.limit = ENDED;
    this.downstream = NOBODY;
  }

  /** [map] [filter], straight into downstream or into a fold: no call but the user's and `next`. */
  private loopPrepared(): void {
    const { items, first, count, downstream } = this;
    const { map, keep } = this.run;
    const fold = downstream instanceof Fold ? downstream : undefined;
    const combine = fold?.combine;
    let accumulator = fold?.accumulator;
    let i = this.index;
    let emitted = this.emitted;
    while (i < count && emitted < this.limit) {
      let item = items === undefined ? first + i : items[i];
      i++;
      if (map !== undefined) item = map(item);
      if (keep !== undefined && !keep(item)) continue;
      if (emitted >= this.limit) break; // a stage's function cancelled
      if (combine !== undefined) accumulator = combine(accumulator, item);
      else if (downstream.next(item)) emitted++;
    }
    this.index = i;
    this.emitted = emitted;
    if (fold !== undefined) fold.accumulator = accumulator;
  }

  private loopGeneral(): void {
    const { items, first, count, downstream, run } = this;
    let i = this.index;
    let emitted = this.emitted;
    while (i < count && emitted < this.limit && !run.exhausted) {
      const result = run.apply(items === undefined ? first + i : items[i]);
      i++;
      if (result !== DROPPED && this.limit !== ENDED && downstream.next(result)) emitted++;
    }
    this.index = i;
    this.emitted = emitted;
  }

  private isAtEnd(): boolean {
    return this.index === this.count || this.run.exhausted;
  }

  private complete(): void {
    const { downstream } = this;
    this.cancel();
    downstream.onComplete();
  }

  private endWithError(error: unknown): void {
    if (this.limit === ENDED) return; // the stage cancelled before it threw
    const { downstream } = this;
    this.cancel();
    downstream.onError(error);
  }
}
