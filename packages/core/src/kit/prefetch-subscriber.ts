// The engine of prefetch: an asynchronous boundary that asks for a number of items ahead.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { dropError } from "./dropped.js";
import { NEVER_SUBSCRIPTION, signalTerminal, type Terminal } from "./ended.js";
import type { FusedRun } from "./fused-run.js";
import { IndexedSubscription } from "./indexed-subscription.js";
import { replenishAt } from "./replenish.js";
import type { SliceSource, StageSubscriber } from "./stage-subscriber.js";

/**
 * idle --item and demand--> scheduled --microtask--> sending --all that was held is sent | no demand--> idle
 *
 * Two arrays take turns: one is sent by the loops of IndexedSubscription while the other takes what arrives. A ring in
 * one array measured 60 % more instructions an item: two checks and a mask a push, a wrap a turn.
 */
export class Prefetch extends IndexedSubscription implements StageSubscriber<unknown> {
  /** How many upstream is asked for ahead. */
  protected size: number;
  /** What came since `items` were taken. Both hold at most `size` together: upstream is asked for no more. */
  private arriving: unknown[] = [];
  private arrived = 0;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  /** Sent on since upstream was last asked. Held and on the way together: `size` - `freed`. */
  protected freed = 0;
  private isScheduled = false;
  /** How upstream ended, while items are still held. */
  private upstreamEnd: Terminal | undefined = undefined;

  constructor(size: number, run: FusedRun, downstream: StageSubscriber<unknown>) {
    super([], 0, 0, run, downstream);
    this.size = size;
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    this.downstream.onSubscribe(this);
    if (this.run.exhausted)
      this.completeEarly(); // take(0)
    else if (!this.done) subscription.request(this.size);
  }

  next(item: unknown): boolean {
    if (this.done) return false;
    this.arriving[this.arrived++] = item;
    if (!this.isScheduled) this.schedule();
    return true;
  }

  /** [map] [filter] into the array: 60 instructions an item, where a call of `next` for each costs 100. */
  takeSlice(source: SliceSource, stop: number): boolean {
    const { items, first } = source;
    const { map, keep } = source.run;
    const { arriving } = this;
    let { arrived } = this;
    let left = source.requested;
    let i = source.index;
    try {
      while (i < stop && left > 0 && !source.done) {
        let item = items === undefined ? first + i : items[i];
        i++;
        if (map !== undefined) item = map(item);
        if (keep !== undefined && !keep(item)) continue;
        if (source.done) break; // a stage's function cancelled
        arriving[arrived++] = item;
        left--;
      }
    } finally {
      // Also when a stage threw: what came before it is sent before the error.
      source.index = i;
      source.requested = left;
      if (!this.done) {
        this.arrived = arrived;
        this.schedule();
      }
    }
    return true;
  }

  onError(error: unknown): void {
    if (this.done || this.upstreamEnd !== undefined) dropError(error, this.late);
    else this.endAfterItems({ kind: "error", error });
  }

  get late(): StageSubscriber<unknown>["late"] {
    return this.downstream.late;
  }

  onComplete(): void {
    if (!this.done && this.upstreamEnd === undefined) this.endAfterItems({ kind: "complete" });
  }

  override request(n: number): void {
    if (this.done) return;
    this.requested = addDemand(this.requested, n);
    this.schedule();
  }

  override cancel(): void {
    if (this.done) return;
    const { upstream } = this;
    this.end();
    upstream.cancel();
  }

  protected override end(): void {
    super.end();
    this.upstream = NEVER_SUBSCRIPTION;
    this.items = this.arriving = [];
    this.arrived = this.index = this.count = 0;
  }

  protected override fail(error: unknown): void {
    const { downstream, upstream } = this;
    this.end();
    upstream.cancel();
    downstream.onError(error);
  }

  protected get held(): number {
    return this.count - this.index + this.arrived;
  }

  private schedule(): void {
    if (this.isScheduled || this.requested === 0 || this.held === 0) return;
    this.isScheduled = true;
    queueMicrotask(this.sendTurn);
  }

  /** One turn: what is held now, as far as demand goes. What upstream then sends crosses in the next one. */
  private readonly sendTurn = (): void => {
    let left = this.held;
    while (left > 0 && this.requested > 0 && !this.done && !this.run.exhausted) {
      if (this.index === this.count) this.takeArrived();
      const from = this.index;
      this.sendIndexed();
      if (this.done) return; // nothing is held, nothing may be signalled
      left -= this.index - from;
      this.freed += this.index - from;
      this.forgetSent(from);
    }
    this.isScheduled = false;
    if (this.done) return;
    if (this.run.exhausted) this.completeEarly();
    else if (this.upstreamEnd !== undefined) this.finishIfEmpty(this.upstreamEnd);
    else if (this.freed >= replenishAt(this.size)) {
      const n = this.freed + this.grow();
      this.freed = 0;
      this.upstream.request(n);
    }
    this.schedule();
  };

  /** Upstream is about to be asked: by how much the size changes. Shrinks by less than `freed`. */
  protected grow(): number {
    return 0;
  }

  private takeArrived(): void {
    const emptied = this.items as unknown[]; // ours, and emptied by forgetSent
    this.items = this.arriving;
    this.index = 0;
    this.count = this.arrived;
    this.arriving = emptied;
    this.arrived = 0;
  }

  /** An item that was sent must not be kept alive, neither by those that wait behind it. */
  private forgetSent(from: number): void {
    const items = this.items as unknown[];
    for (let i = from; i < this.index; i++) items[i] = undefined;
    if (this.index === this.count) this.index = this.count = 0;
  }

  private endAfterItems(end: Terminal): void {
    this.upstreamEnd = end;
    if (!this.isScheduled) this.finishIfEmpty(end);
  }

  private finishIfEmpty(end: Terminal): void {
    if (this.held > 0) return;
    const { downstream } = this;
    this.end();
    signalTerminal(downstream, end);
  }

  /** A take in the run let its last item through: upstream has more, or may have. */
  private completeEarly(): void {
    if (this.done) return;
    const { downstream, upstream } = this;
    this.end();
    upstream.cancel();
    downstream.onComplete();
  }
}
