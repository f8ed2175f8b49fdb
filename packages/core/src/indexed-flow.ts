// The flow behind range, of and arrays. It stands beside flow.ts and not in source/, because each file there is
// a source that a user calls.

import { Flow } from "./flow.js";
import { FusedRun } from "./kit/fused-run.js";
import { IndexedSubscription } from "./kit/indexed-subscription.js";
import type { StageSubscriber } from "./kit/stage-subscriber.js";

/** A flow of known items, or of consecutive numbers: its loop runs the per-item stages that follow it. */
export class IndexedFlow<T> extends Flow<T> {
  private readonly items: ArrayLike<T> | undefined;
  private readonly first: number;
  private readonly count: number;

  /** @param items what to send, or `undefined` for the `count` numbers from `first` on */
  constructor(items: ArrayLike<T> | undefined, first: number, count: number) {
    super();
    this.items = items;
    this.first = first;
    this.count = count;
  }

  override connect(downstream: StageSubscriber<T>): void {
    this.connectRun(new FusedRun([]), downstream as StageSubscriber<unknown>);
  }

  override connectRun(run: FusedRun, downstream: StageSubscriber<unknown>): void {
    new IndexedSubscription(this.items, this.first, this.count, run, downstream).start();
  }
}
