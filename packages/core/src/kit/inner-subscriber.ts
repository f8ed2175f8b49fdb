// One of several sources that an operator reads: a child subscription that reports with its index.
//
//   waiting --onSubscribe--> open --(onError | onComplete | cancel)--> ended
//   waiting --cancel--> ended: a subscription that comes later is cancelled at once
//
// What is requested while it waits is collected and asked when the subscription is there, so an operator need not
// know whether a source answers `connect` on the same stack.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { dropError, dropItem } from "./dropped.js";
import type { SliceSource, StageSubscriber } from "./stage-subscriber.js";

/** Who is told what comes of its inner sources. `index` is what the inner subscriber was made with. */
export interface InnerOwner<T> {
  /** Answers as `next` does: whether the item used up one unit of what was requested of this source. */
  innerNext(index: number, item: T): boolean;
  innerFailed(index: number, error: unknown): void;
  innerCompleted(index: number): void;
  /** As `takeSlice` of kit/stage-subscriber.ts, of this source. */
  innerSlice?(index: number, source: SliceSource, stop: number): boolean;
  /** As `stageName` there. */
  readonly sliceName?: string | undefined;
  /** As `late` there. */
  readonly late?: ((error: unknown) => void) | undefined;
}

/**
 * Subscriber of one inner source; reports to its owner with an index, and nothing after it has ended.
 *
 * *Demand:* what its owner requests. *Buffers:* nothing. *Errors:* reported once; one that comes after the end
 * goes to `onDroppedError`. *Cancel:* the source at once, or as soon as it gives a subscription.
 *
 * @example
 * ```ts
 * import { InnerSubscriber } from "@sluice/core/kit";
 * import { of } from "@sluice/core";
 * const inner = new InnerSubscriber<string>(
 *   {
 *     innerNext: (index, item) => {
 *       console.log(index, item); // prints 7 a
 *       return true;
 *     },
 *     innerFailed: (_, error) => console.error(error),
 *     innerCompleted: (index) => console.log(index, "completed"), // prints 7 completed
 *   },
 *   7,
 * );
 * inner.request(1); // before it is connected: asked when it is
 * of("a").connect(inner);
 * ```
 */
export class InnerSubscriber<T> implements StageSubscriber<T>, Subscription {
  readonly index: number;
  /** The source has completed, failed or been cancelled: nothing more is reported of it. */
  done = false;
  private owner: InnerOwner<T> | undefined;
  /** What `late` was when it ended. */
  private lastLate: InnerOwner<T>["late"] = undefined;
  private source: Subscription | undefined = undefined;
  /** Requested before there was a subscription. */
  private early = 0;

  constructor(owner: InnerOwner<T>, index: number) {
    this.owner = owner;
    this.index = index;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.done || this.source !== undefined) {
      subscription.cancel(); // §2.5
      return;
    }
    const { early } = this;
    this.source = subscription;
    this.early = 0;
    if (early > 0) subscription.request(early);
  }

  next(item: T): boolean {
    if (this.owner !== undefined) return this.owner.innerNext(this.index, item);
    dropItem(item);
    return false;
  }

  takeSlice(source: SliceSource, stop: number): boolean {
    return this.owner?.innerSlice?.(this.index, source, stop) === true;
  }

  get stageName(): string | undefined {
    return this.owner?.sliceName;
  }

  get late(): InnerOwner<T>["late"] {
    return this.owner === undefined ? this.lastLate : this.owner.late;
  }

  onError(error: unknown): void {
    const { owner } = this;
    this.leave();
    if (owner === undefined) dropError(error, this.late);
    else owner.innerFailed(this.index, error);
  }

  onComplete(): void {
    const { owner } = this;
    this.leave();
    owner?.innerCompleted(this.index);
  }

  request(n: number): void {
    if (this.source !== undefined) this.source.request(n);
    else if (!this.done) this.early = addDemand(this.early, n);
  }

  cancel(): void {
    const { source } = this;
    this.leave();
    source?.cancel();
  }

  /** Before anybody is told: whoever is may call back. Nothing is held from here on (§3.13). */
  private leave(): void {
    this.done = true;
    this.lastLate = this.late;
    this.owner = undefined;
    this.source = undefined;
  }
}
