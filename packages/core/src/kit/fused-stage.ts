// A run of per-item stages behind an upstream that is not a synchronous source of ours: items come one by one.

import type { Subscription } from "../spec/publisher.js";
import { addDemand, UNBOUNDED } from "../spec/demand.js";
import { DROPPED, type FusedRun } from "./fused-run.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Sends each item through a run of stages.
 *
 * *Demand:* passed on as it is; with a `take` in the run, never more outstanding than it still lets through.
 * *Buffers:* nothing. *Errors:* what a stage throws ends the stream at that item. *Cancel:* upstream, at once.
 */
export class FusedStage extends OperatorSubscriber<unknown, unknown> {
  private readonly run: FusedRun;
  /** There is a `take` in the run, so that outstanding demand has to be counted. */
  private readonly isLimited: boolean;
  /** Asked of upstream and not yet used up; counted only where `isLimited`. */
  private outstanding = 0;

  constructor(run: FusedRun, downstream: StageSubscriber<unknown>) {
    super(downstream);
    this.run = run;
    this.isLimited = run.itemsLeft() !== UNBOUNDED;
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (this.run.exhausted) this.completeEarly(); // take(0)
  }

  next(item: unknown): boolean {
    if (this.done) return false;
    // It has arrived: a request from within `downstream.next` must not find it still outstanding.
    if (this.isLimited) this.outstanding--;
    let result: unknown;
    try {
      result = this.run.apply(item);
    } catch (thrown) {
      this.fail(this.run.errorOf(thrown));
      return false;
    }
    // A stage's function may have cancelled: `downstream` is nobody then.
    const used = result !== DROPPED && this.downstream.next(result);
    if (!this.isLimited) return used;
    if (this.run.exhausted) {
      this.completeEarly();
      return true;
    }
    // A dropped item is asked for again by answering false, unless that would exceed what take lets through.
    if (used || this.outstanding >= this.run.itemsLeft()) return true;
    this.outstanding++;
    return false;
  }

  override request(n: number): void {
    if (this.done) return;
    if (!this.isLimited) {
      this.upstream.request(n);
      return;
    }
    const grant = Math.min(n, this.run.itemsLeft() - this.outstanding);
    if (grant <= 0) return;
    this.outstanding = addDemand(this.outstanding, grant);
    this.upstream.request(grant);
  }
}
