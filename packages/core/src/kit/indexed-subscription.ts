// The subscription of the sources that count: range, of, and arrays.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { IndexedLoop } from "./indexed-loop.js";

/**
 * Subscription to known items, or to consecutive numbers, sent through a run of stages.
 *
 * *Buffers:* nothing but a cursor. *Errors:* what a stage throws ends the stream at that item. *Cancel:* at
 * once.
 */
export class IndexedSubscription extends IndexedLoop implements Subscription {
  /** Gives the subscription to downstream; completes at once where there is nothing to send. */
  start(): void {
    this.downstream.onSubscribe(this);
    if (!this.running) this.settle();
  }

  request(n: number): void {
    if (this.ended) return;
    this.requested = addDemand(this.requested, n);
    if (this.running) return; // §3.3: the loop takes it up, the stack does not grow
    this.sendIndexed();
    this.settle();
  }

  cancel(): void {
    this.end();
  }

  protected override fail(error: unknown): void {
    const { downstream } = this;
    this.end();
    downstream.onError(error);
  }

  /** Completion needs no demand (§1.5): it follows the last item. */
  private settle(): void {
    if (this.ended || (this.index < this.count && !this.run.exhausted)) return;
    const { downstream } = this;
    this.end();
    downstream.onComplete();
  }
}
