// The flow behind range, of and arrays. It stands here and not in source/, because each file there is a source
// that a user calls.

import { Flow } from "./flow.js";
import { FusedRun } from "../kit/fused-run.js";
import { IndexedSubscription } from "../kit/indexed-subscription.js";
import type { StageLink } from "../kit/stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/** A flow of known items, or of consecutive numbers: its loop runs the per-item stages that follow it. */
export class IndexedFlow<T> extends Flow<T> {
  readonly items: ArrayLike<T> | undefined;
  private readonly first: number;
  private readonly count: number;

  /** @param items what to send, all of it; or `undefined` for the `count` numbers from `first` on */
  constructor(items: ArrayLike<T> | undefined, first: number, count: number) {
    super();
    this.items = items;
    this.first = first;
    this.count = count;
  }

  override connectRun(stages: StageLink | undefined, downstream: StageSubscriber<unknown>): void {
    // The length as it is now, not when the flow was made: an array may have changed in between.
    const count = this.items === undefined ? this.count : this.items.length;
    new IndexedSubscription(this.items, this.first, count, new FusedRun(stages), downstream).start();
  }
}
