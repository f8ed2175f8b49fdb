// Moves demand from one source to the next, where several follow each other (concat, concatMap, retry, repeat,
// switch): what was requested and not yet sent by the one is requested from the next.

import { addDemand, UNBOUNDED } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { dropError } from "./dropped.js";
import { NEVER_SUBSCRIPTION, nobody } from "./ended.js";
import type { SliceSource, StageSubscriber } from "./stage-subscriber.js";

/** Who is told how the source that runs has ended. The arbiter forwards items itself. */
export interface ArbiterOwner {
  sourceCompleted(): void;
  sourceFailed(error: unknown): void;
}

/**
 * Subscriber of the sources that follow each other, one at a time, and their common subscription.
 *
 * *Demand:* the outstanding part of what was requested goes to the source that runs. *Buffers:* nothing.
 * *Cancel:* `cancel` stops the source that runs, and any that comes later.
 *
 * @example
 * ```ts
 * import { Arbiter, Fold } from "@sluice/core/kit";
 * import { of } from "@sluice/core";
 * const append = (text: unknown, item: unknown) => `${text}${item}`;
 * const end = new Fold(append, "", console.log, console.error, undefined);
 * const arbiter: Arbiter<unknown> = new Arbiter(end, {
 *   sourceCompleted: () => end.onComplete(),
 *   sourceFailed: (error) => end.onError(error),
 * });
 * end.onSubscribe(arbiter);
 * of<unknown>("a", "b").connect(arbiter); // prints ab
 * ```
 */
export class Arbiter<T> implements StageSubscriber<T>, Subscription {
  /** A source was connected and has not ended. */
  isRunning = false;
  /** The source that runs, or ran last, has sent an item. */
  hasSent = false;
  /** Requested and not yet used by any source. */
  outstanding = 0;
  /**
   * The end of the pipeline may run the source's loop. What that end throws then comes back as an error of the source,
   * so not where errors are caught; nor where the next source may be connected while an item is on its way.
   */
  takesSlices = false;
  private readonly owner: ArbiterOwner;
  private downstream: StageSubscriber<T>;
  private source: Subscription = NEVER_SUBSCRIPTION;
  private done = false;

  constructor(downstream: StageSubscriber<T>, owner: ArbiterOwner) {
    this.downstream = downstream;
    this.owner = owner;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.done) {
      subscription.cancel();
      return;
    }
    this.source = subscription;
    this.hasSent = false;
    if (this.outstanding > 0) subscription.request(this.outstanding);
  }

  next(item: T): boolean {
    this.hasSent = true;
    const used = this.downstream.next(item);
    if (used && this.outstanding !== UNBOUNDED) this.outstanding--;
    return used;
  }

  /** Nobody counts what downstream uses of a slice: only where demand need not be counted. */
  takeSlice(source: SliceSource, stop: number): boolean {
    if (!this.takesSlices || this.outstanding !== UNBOUNDED) return false;
    this.hasSent = true;
    return this.downstream.takeSlice?.(source, stop) === true;
  }

  get stageName(): string | undefined {
    return this.downstream.stageName;
  }

  get late(): StageSubscriber<T>["late"] {
    return this.downstream.late;
  }

  onError(error: unknown): void {
    if (this.done) {
      dropError(error, this.late); // another arbiter may serve the same owner by now
      return;
    }
    this.leave();
    this.owner.sourceFailed(error);
  }

  onComplete(): void {
    if (this.done) return;
    this.leave();
    this.owner.sourceCompleted();
  }

  request(n: number): void {
    this.outstanding = addDemand(this.outstanding, n);
    this.source.request(n);
  }

  cancel(): void {
    const { source } = this;
    this.done = true;
    this.downstream = nobody(this.downstream);
    this.leave();
    source.cancel();
  }

  private leave(): void {
    this.isRunning = false;
    this.source = NEVER_SUBSCRIPTION;
  }
}
