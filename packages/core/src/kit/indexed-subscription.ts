// The loops that send items by index through a run of stages: out of a range, an array, or what an asynchronous
// boundary holds. An end whose `next` would cost more than the item may take a slice in a loop of its own
// (`takeSlice`: kit/fold.ts, kit/prefetch-subscriber.ts).
//
// Demand is counted twice, and neither count is ever stale:
//
//   requested   granted by downstream, not yet taken up by the loop; a request from within a callback lands here
//   left        local to the loop: taken up and not yet used; when it is 0 the loop takes up `requested`
//
// `done` is read again after each call of foreign code: a cancel takes effect at once (§3.5). Counting down a
// local and reading one boolean measured some 15 % fewer instructions an item than comparing with a total in a field.
//
// Loops run in slices: V8 compiles a function that is called often from its entry, with feedback of all its
// parts; one that is called once and loops long gets code made while it ran, which knew less. Without slices
// range, map, filter, sum took 40 or 68 instructions an item, by chance of the run; with them 40, always.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { dropError } from "./dropped.js";
import { nobody } from "./ended.js";
import { DROPPED, type FusedRun } from "./fused-run.js";
import type { SliceSource, StageSubscriber } from "./stage-subscriber.js";

/** Items a slice: enough that what a slice costs is not seen, few enough to be called often. Not critical. */
const SLICE = 1024;

/**
 * Subscription to known items, or to consecutive numbers, sent through a run of stages.
 *
 * *Buffers:* nothing but a cursor. *Errors:* what a stage throws ends the stream at that item. *Cancel:* at once.
 *
 * One class, and no base below it, for it is made for each subscription: `super` alone costs some 250 instructions.
 */
export class IndexedSubscription implements SliceSource, Subscription {
  /** What to send, or `undefined` for the numbers from `first` on. */
  items: ArrayLike<unknown> | undefined;
  readonly first: number;
  /** The next to send, and where to stop. */
  index = 0;
  protected count: number;
  readonly run: FusedRun;
  protected downstream: StageSubscriber<unknown>;
  requested = 0;
  done = false;
  protected isSending = false;

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
    if (!this.isSending) this.settle();
  }

  request(n: number): void {
    if (this.done) return;
    this.requested = addDemand(this.requested, n);
    if (this.isSending) return; // §3.3: the loop takes it up, the stack does not grow
    this.sendIndexed();
    this.settle();
  }

  cancel(): void {
    this.end();
  }

  /** A stage's function threw; the stream has to end with this error. */
  protected fail(error: unknown): void {
    const { downstream } = this;
    this.end();
    downstream.onError(error);
  }

  protected end(): void {
    this.done = true;
    this.downstream = nobody(this.downstream);
  }

  /** Sends up to `count`, as far as demand goes. Not to be called while it runs. */
  protected sendIndexed(): void {
    const { run, downstream } = this;
    this.isSending = true;
    try {
      while (this.index < this.count && this.requested > 0 && !this.done && !run.exhausted) {
        const stop = Math.min(this.count, this.index + SLICE);
        if (!run.isPrepared) this.sliceGeneral(stop, downstream);
        else if (!downstream.takeSlice?.(this, stop)) this.slicePrepared(stop, downstream);
      }
    } catch (thrown) {
      // Downstream never throws (kit/stage-subscriber.ts): this came out of a stage.
      const error = run.errorOf(thrown, downstream.stageName);
      if (this.done)
        dropError(error, this.downstream.late); // the stage's function had cancelled before
      else this.fail(error);
    }
    this.isSending = false;
  }

  /** Completion needs no demand (§1.5): it follows the last item. */
  private settle(): void {
    if (this.done || (this.index < this.count && !this.run.exhausted)) return;
    const { downstream } = this;
    this.end();
    downstream.onComplete();
  }

  /** [map] [filter] and downstream: no call but the user's functions and `next`. */
  private slicePrepared(stop: number, downstream: StageSubscriber<unknown>): void {
    const { items, first } = this;
    const { map, keep } = this.run;
    let i = this.index;
    let left = this.requested;
    this.requested = 0;
    while (i < stop && !this.done) {
      let item = items === undefined ? first + i : items[i];
      i++;
      if (map !== undefined) item = map(item);
      if (keep !== undefined && !keep(item)) continue;
      if (this.done) break; // a stage's function cancelled
      if (downstream.next(item) && --left === 0) {
        left = this.requested;
        this.requested = 0;
        if (left === 0) break;
      }
    }
    this.index = i;
    this.requested = addDemand(this.requested, left);
  }

  /** Any run of stages. */
  private sliceGeneral(stop: number, downstream: StageSubscriber<unknown>): void {
    const { items, first, run } = this;
    let i = this.index;
    let left = this.requested;
    this.requested = 0;
    while (i < stop && !this.done && !run.exhausted) {
      const item = run.apply(items === undefined ? first + i : items[i]);
      i++;
      if (item === DROPPED) continue;
      if (this.done) break;
      if (downstream.next(item) && --left === 0) {
        left = this.requested;
        this.requested = 0;
        if (left === 0) break;
      }
    }
    this.index = i;
    this.requested = addDemand(this.requested, left);
  }
}
