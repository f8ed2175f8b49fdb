// An edge of a pipeline while it is inspected: a stage that only counts, between a flow and what is below it.
//
//   flow "map" --[ Edge: from "map", to "filter" ]--> flow "filter" --[ Edge: from "filter" ]--> end of the pipeline

import { NEVER_SUBSCRIPTION } from "../kit/ended.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Inspectable } from "../inspect/registry.js";
import { addDemand } from "../spec/demand.js";

/** What has passed an edge, in totals: after each step, offered = delivered + dropped + held. */
export interface EdgeCounts {
  /** The flow above, as its user knows it. */
  readonly from: string;
  /** The flow below; `undefined` for the end of a pipeline. */
  readonly to: string | undefined;
  /** Asked for by what is below; `Infinity` once unbounded. */
  readonly requested: number;
  /** Items that came from above. */
  readonly offered: number;
  /** Items that what is below has taken. */
  readonly delivered: number;
  /** Of those, the ones in whose place it asked for another, because it had no use for them. */
  readonly unused: number;
  /** Items that came after the end. */
  readonly dropped: number;
  /** 1 while what is below is taking an item. */
  readonly held: number;
  readonly state: "open" | "completed" | "failed" | "cancelled";
}

/** Who follows the edges that come and go. */
export interface EdgeWatcher {
  /** The edge below the stage that runs: what is connected meanwhile leads to that stage. */
  below: Edge | undefined;
  closed(edge: Edge): void;
}

/** Counts what passes. *Demand:* passed on. *Buffers:* nothing. *Errors:* passed on. *Cancel:* passed on. */
export class Edge extends OperatorSubscriber<unknown, unknown> implements Inspectable {
  readonly kind = "edge";
  readonly name: string;
  private readonly to: string | undefined;
  private below: Edge | undefined;
  private readonly watcher: EdgeWatcher;
  private requested = 0;
  private offered = 0;
  private delivered = 0;
  private unused = 0;
  private dropped = 0;
  private held = 0;
  private state: EdgeCounts["state"] = "open";

  constructor(downstream: StageSubscriber<unknown>, name: string, watcher: EdgeWatcher) {
    super(downstream);
    this.name = name;
    this.below = watcher.below;
    this.to = watcher.below?.name;
    this.watcher = watcher;
  }

  next(item: unknown): boolean {
    this.offered++;
    if (this.done) {
      this.dropped++;
      return false;
    }
    const { watcher } = this;
    const former = watcher.below;
    watcher.below = this.below;
    this.held++;
    const used = this.downstream.next(item);
    this.held--;
    watcher.below = former;
    this.delivered++;
    if (!used) this.unused++;
    return used;
  }

  override onError(error: unknown): void {
    this.leaveAs("failed");
    this.running(this.below, () => super.onError(error));
  }

  override onComplete(): void {
    this.leaveAs("completed");
    this.running(this.below, () => super.onComplete());
  }

  override request(n: number): void {
    if (!this.done) this.requested = addDemand(this.requested, n);
    this.running(this, () => super.request(n));
  }

  override cancel(): void {
    this.leaveAs("cancelled");
    super.cancel();
  }

  snapshot(): EdgeCounts {
    const { name: from, to, requested, offered, delivered, unused, dropped, held, state } = this;
    return { from, to, requested, offered, delivered, unused, dropped, held, state };
  }

  /** Whatever connects while `act` runs leads to the stage above `below`. */
  private running(below: Edge | undefined, act: () => void): void {
    const { watcher } = this;
    const former = watcher.below;
    watcher.below = below;
    act();
    watcher.below = former;
  }

  private leaveAs(state: EdgeCounts["state"]): void {
    if (!this.done) this.state = state;
  }

  /** Of an edge that has ended only the counters are kept. */
  protected override onEnd(): void {
    this.upstream = NEVER_SUBSCRIPTION;
    this.below = undefined;
    this.watcher.closed(this);
  }
}
