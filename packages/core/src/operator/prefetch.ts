import { checkCapacity } from "../buffer/ring.js";
import { SegmentRing } from "../buffer/segment-ring.js";
import { Flow, type Operator, requireFlow } from "../flow/flow.js";
import { dropError } from "../kit/dropped.js";
import { NEVER_SUBSCRIPTION } from "../kit/ended.js";
import { FusedRun } from "../kit/fused-run.js";
import { IndexedLoop } from "../kit/indexed-loop.js";
import { replenishAt } from "../kit/replenish.js";
import type { Stage } from "../kit/stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
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

/** Takes the per-item stages that follow into the loop that empties the ring, as synchronous sources do. */
class PrefetchFlow<T> extends Flow<T> {
  private readonly upstream: Flow<unknown>;
  private readonly size: number;

  constructor(upstream: Flow<unknown>, size: number) {
    super();
    this.upstream = upstream;
    this.size = size;
  }

  override connect(downstream: StageSubscriber<T>): void {
    this.connectRun([], downstream as StageSubscriber<unknown>);
  }

  override connectRun(stages: readonly Stage[], downstream: StageSubscriber<unknown>): void {
    this.upstream.connect(new Prefetch(this.size, new FusedRun(stages), downstream));
  }
}

/** How upstream ended, while items are still held. */
type End = { readonly kind: "complete" } | { readonly kind: "error"; readonly error: unknown };

/**
 * idle --item and demand--> scheduled --microtask--> sending --all that was held is sent | no demand--> idle
 */
class Prefetch extends IndexedLoop implements StageSubscriber<unknown>, Subscription {
  private readonly size: number;
  private readonly ring: SegmentRing<unknown>;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  /** Sent on since upstream was last asked. */
  private freed = 0;
  private isScheduled = false;
  private upstreamEnd: End | undefined = undefined;

  constructor(size: number, run: FusedRun, downstream: StageSubscriber<unknown>) {
    const ring = new SegmentRing<unknown>(size);
    super(ring.slotsInPlace, 0, 0, run, downstream);
    this.size = size;
    this.ring = ring;
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
    this.ring.push(item);
    if (!this.isScheduled) this.schedule();
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
    this.ring.clear();
  }

  protected override stageFailed(error: unknown): void {
    const { downstream, upstream } = this;
    this.end();
    upstream.cancel();
    downstream.onError(error);
  }

  private schedule(): void {
    if (this.isScheduled || this.requested === 0 || this.ring.isEmpty) return;
    this.isScheduled = true;
    queueMicrotask(this.sendTurn);
  }

  /** One turn: what is held now, as far as demand goes. What upstream then sends crosses in the next one. */
  private readonly sendTurn = (): void => {
    const { ring } = this;
    let left = ring.size;
    while (left > 0 && this.requested > 0 && !this.ended && !this.run.exhausted) {
      const from = ring.headIndex;
      this.items = ring.slotsInPlace;
      this.index = from;
      this.count = from + Math.min(left, ring.contiguous);
      this.sendIndexed();
      if (this.ended) return; // the ring is cleared, nothing may be signalled
      const sent = this.index - from;
      ring.discard(sent);
      left -= sent;
      this.freed += sent;
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

  private endAfterItems(end: End): void {
    this.upstreamEnd = end;
    if (!this.isScheduled) this.finishIfEmpty(end);
  }

  private finishIfEmpty(end: End): void {
    if (!this.ring.isEmpty) return;
    const { downstream } = this;
    this.end();
    if (end.kind === "error") downstream.onError(end.error);
    else downstream.onComplete();
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
