import { checkCapacity } from "../buffer/ring.js";
import { Flow, type Operator, requireFlow } from "../flow/flow.js";
import { dropError } from "../kit/dropped.js";
import { NEVER_SUBSCRIPTION, signalTerminal, type Terminal } from "../kit/ended.js";
import { FusedRun } from "../kit/fused-run.js";
import { IndexedLoop } from "../kit/indexed-loop.js";
import { replenishAt } from "../kit/replenish.js";
import type { Stage } from "../kit/stage.js";
import type { SliceSource, StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";

/**
 * An asynchronous boundary: asks upstream ahead of demand, and sends on in a later turn.
 *
 * What arrives in one turn crosses together, with one wake-up (a microtask), never with a promise an item.
 *
 * *Demand:* `size` at once, whatever is requested below; then as many again whenever three quarters have been
 * sent on. *Buffers:* at most `size` items. *Errors:* passed on after the items that came before. *Cancel:*
 * passed on; drops what is held.
 *
 * @param size items asked for ahead, an integer >= 1; default 256
 *
 * @example
 * ```ts
 * import { prefetch, range } from "@sluice/core";
 * console.log(await range(1, 3).pipe(prefetch(2)).toArray()); // prints [ 1, 2, 3 ]
 * ```
 */
export function prefetch<T>(size: number = 256): Operator<T, T> {
  checkCapacity("prefetch", size, 1);
  return (upstream) => new PrefetchFlow<T>(requireFlow(upstream, "prefetch"), size);
}

/** Takes the per-item stages that follow into the loop that sends what is held, as synchronous sources do. */
class PrefetchFlow<T> extends Flow<T> {
  private readonly upstream: Flow<unknown>;
  private readonly size: number;

  constructor(upstream: Flow<unknown>, size: number) {
    super();
    this.upstream = upstream;
    this.size = size;
  }

  override connectRun(stages: readonly Stage[], downstream: StageSubscriber<unknown>): void {
    this.upstream.connect(new Prefetch(this.size, new FusedRun(stages), downstream));
  }
}

/**
 * idle --item and demand--> scheduled --microtask--> sending --all that was held is sent | no demand--> idle
 *
 * Two arrays take turns: one is sent by the loops of IndexedLoop while the other takes what arrives. A ring in
 * one array measured 60 % more instructions an item: two checks and a mask a push, a wrap a turn.
 */
class Prefetch extends IndexedLoop implements StageSubscriber<unknown>, Subscription {
  private readonly size: number;
  /** What came since `items` were taken. Both hold at most `size` together: upstream is asked for no more. */
  private arriving: unknown[] = [];
  private arrived = 0;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  /** Sent on since upstream was last asked. */
  private freed = 0;
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
    else if (!this.ended) subscription.request(this.size);
  }

  next(item: unknown): boolean {
    if (this.ended) return false;
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
      while (i < stop && left > 0 && !source.ended) {
        let item = items === undefined ? first + i : items[i];
        i++;
        if (map !== undefined) item = map(item);
        if (keep !== undefined && !keep(item)) continue;
        if (source.ended) break; // a stage's function cancelled
        arriving[arrived++] = item;
        left--;
      }
    } finally {
      // Also when a stage threw: what came before it is sent before the error.
      source.index = i;
      source.requested = left;
      if (!this.ended) {
        this.arrived = arrived;
        this.schedule();
      }
    }
    return true;
  }

  onError(error: unknown): void {
    if (this.ended || this.upstreamEnd !== undefined) dropError(error);
    else this.endAfterItems({ kind: "error", error });
  }

  onComplete(): void {
    if (!this.ended && this.upstreamEnd === undefined) this.endAfterItems({ kind: "complete" });
  }

  request(n: number): void {
    if (this.ended) return;
    this.requested = addDemand(this.requested, n);
    this.schedule();
  }

  cancel(): void {
    if (this.ended) return;
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

  private get held(): number {
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
    while (left > 0 && this.requested > 0 && !this.ended && !this.run.exhausted) {
      if (this.index === this.count) this.takeArrived();
      const from = this.index;
      this.sendIndexed();
      if (this.ended) return; // nothing is held, nothing may be signalled
      left -= this.index - from;
      this.freed += this.index - from;
      if (this.index === this.count) this.forgetSent();
    }
    this.isScheduled = false;
    if (this.ended) return;
    if (this.run.exhausted) this.completeEarly();
    else if (this.upstreamEnd !== undefined) this.finishIfEmpty(this.upstreamEnd);
    else if (this.freed >= replenishAt(this.size)) {
      const n = this.freed;
      this.freed = 0;
      this.upstream.request(n);
    }
    this.schedule();
  };

  private takeArrived(): void {
    const emptied = this.items as unknown[]; // ours, and emptied by forgetSent
    this.items = this.arriving;
    this.index = 0;
    this.count = this.arrived;
    this.arriving = emptied;
    this.arrived = 0;
  }

  /** An item that was sent must not be kept alive. */
  private forgetSent(): void {
    const sent = this.items as unknown[];
    for (let i = 0; i < this.count; i++) sent[i] = undefined;
    this.index = 0;
    this.count = 0;
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
    if (this.ended) return;
    const { downstream, upstream } = this;
    this.end();
    upstream.cancel();
    downstream.onComplete();
  }
}
