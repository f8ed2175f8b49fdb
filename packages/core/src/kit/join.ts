// The base of operators that read several sources side by side and make items out of theirs (zip, combineLatest).
//
//   source 0 --\
//   source 1 ----> [ `prefetch` items of each, kept by the subclass ] --step--> downstream, as it requests
//   source n --/
//
//   open --(complete by the subclass | a source fails | cancel)--> done: every source that runs is cancelled

import { complete, NEVER_SUBSCRIPTION } from "./ended.js";
import { HoldingSubscriber } from "./holding-subscriber.js";
import { type InnerOwner, InnerSubscriber } from "./inner-subscriber.js";
import { replenishAt } from "./replenish.js";
import type { Connectable, StageSubscriber } from "./stage-subscriber.js";

/** How `zip` and `combineLatest` read their sources. */
export interface JoinOptions {
  /** Items asked of each source ahead of demand, an integer >= 1; default 64. */
  readonly prefetch?: number | undefined;
}

/**
 * Subscription to what a subclass makes of the items of several sources.
 *
 * *Demand:* of each source `prefetch`, then as many as were taken whenever those are three quarters. *Buffers:* what
 * the subclass keeps, at most `prefetch` items of each source. *Errors:* the first one, at once; cancels the other
 * sources. *Cancel:* all sources.
 *
 * @example
 * ```ts
 * import { flowFrom, Join } from "@sluice/core/kit";
 * import { of } from "@sluice/core";
 * class Last extends Join<unknown> {
 *   private item: unknown;
 *   override innerNext(index: number, item: unknown): boolean {
 *     this.item = item;
 *     this.taken(index);
 *     this.loop.run();
 *     return true;
 *   }
 *   protected override step(): void {
 *     if (this.hasDemand && this.inners.every((inner) => inner.done)) {
 *       this.send(this.item);
 *       this.completeEarly();
 *     } else this.replenish();
 *   }
 * }
 * const last = flowFrom((down: ConstructorParameters<typeof Last>[0]) => {
 *   new Last(down, 2, 64).start([of("a", "b"), of("c")]);
 * });
 * console.log(await last.toArray()); // prints [ 'c' ]
 * ```
 */
export abstract class Join<R> extends HoldingSubscriber<never, R> implements InnerOwner<unknown> {
  protected readonly inners: readonly InnerSubscriber<unknown>[];
  private readonly prefetch: number;
  /** Items of each source that were taken since it was last asked. */
  private readonly freed: number[];

  constructor(downstream: StageSubscriber<R>, count: number, prefetch: number) {
    super(downstream);
    this.inners = Array.from({ length: count }, (_, index) => new InnerSubscriber(this, index));
    this.freed = this.inners.map(() => 0);
    this.prefetch = prefetch;
  }

  /** Gives downstream its subscription (§1.9), then connects the sources, in their order. */
  start(sources: readonly Connectable<unknown>[]): void {
    if (sources.length === 0) {
      complete(this.downstream);
      return;
    }
    this.onSubscribe(NEVER_SUBSCRIPTION); // they stand in the place of an upstream
    for (const inner of this.inners) {
      inner.request(this.prefetch);
      if (!this.done) sources[inner.index]?.connect(inner);
    }
  }

  /** Never called: items come by `innerNext`. */
  next(): boolean {
    return false;
  }

  abstract innerNext(index: number, item: unknown): boolean;

  innerFailed(_index: number, error: unknown): void {
    this.fail(error);
  }

  innerCompleted(_index: number): void {
    this.loop.run();
  }

  protected override onEnd(): void {
    for (const inner of this.inners) inner.cancel();
  }

  protected get hasDemand(): boolean {
    return this.emitted < this.demand && !this.done;
  }

  protected send(item: R): void {
    if (this.downstream.next(item)) this.emitted++;
  }

  /** An item of this source is held no longer. */
  protected taken(index: number): void {
    this.freed[index] = (this.freed[index] as number) + 1; // one for each source
  }

  protected replenish(): void {
    for (const inner of this.inners) {
      const freed = this.freed[inner.index] as number;
      if (freed < replenishAt(this.prefetch)) continue;
      this.freed[inner.index] = 0;
      inner.request(freed); // may end it all: then the others have been cancelled, and are asked in vain
    }
  }
}
