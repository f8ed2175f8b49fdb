// What `observeOn` is to RxJS, with a bound.
//
//   idle --item or end--> scheduled --turn of the scheduler--> sending --nothing left--> idle
//                             ^                                   | more has come
//                             +-----------------------------------+

import { asError, NEVER_SUBSCRIPTION, Ring, replenishAt, type Terminal } from "@sluice/core/kit";
import type { SchedulerLike, Subscriber, Unsubscribable } from "rxjs";
import { ObserverEnd } from "./observer-end.js";

/**
 * Hands items on in turns of a scheduler: in each what has come by then, with one action for all of them.
 *
 * Holds at most `prefetch` items: upstream is asked for no more.
 */
export class ScheduledEnd<T> extends ObserverEnd<T> {
  private readonly scheduler: SchedulerLike;
  private readonly items: Ring<T>;
  private action: Unsubscribable | undefined = undefined;
  private isScheduled = false;
  /** Handed on since upstream was last asked. */
  private consumed = 0;
  /** How upstream ended, while items are still held. */
  private upstreamEnd: Terminal | undefined = undefined;

  constructor(observer: Subscriber<T>, prefetch: number, scheduler: SchedulerLike) {
    super(observer);
    this.scheduler = scheduler;
    this.items = new Ring(prefetch);
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.items.push(item);
    this.schedule();
    return true;
  }

  protected override begin(): void {
    this.upstream.request(this.items.capacity);
  }

  protected override endWithError(error: unknown): void {
    this.endAfterItems({ kind: "error", error });
  }

  protected override endWithComplete(): void {
    this.endAfterItems({ kind: "complete" });
  }

  protected override onEnd(): void {
    this.items.clear();
    const { action } = this;
    this.action = undefined;
    action?.unsubscribe();
  }

  private endAfterItems(end: Terminal): void {
    this.upstreamEnd = end;
    this.upstream = NEVER_SUBSCRIPTION;
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    try {
      const action = this.scheduler.schedule(this.turn);
      if (this.done) action.unsubscribe();
      else if (this.isScheduled) this.action = action; // else it ran at once, as queueScheduler's do
    } catch (thrown) {
      this.fail(asError(thrown, "scheduler.schedule"));
    }
  }

  private readonly turn = (): void => {
    for (let left = this.items.size; left > 0 && !this.done; left--) this.handOn();
    if (this.done) return;
    this.isScheduled = false;
    if (!this.items.isEmpty) this.schedule();
    else if (this.upstreamEnd?.kind === "error") super.endWithError(this.upstreamEnd.error);
    else if (this.upstreamEnd !== undefined) super.endWithComplete();
  };

  private handOn(): void {
    this.emit(this.items.shift());
    this.consumed++;
    if (this.consumed < replenishAt(this.items.capacity) || this.done) return;
    const n = this.consumed;
    this.consumed = 0;
    this.upstream.request(n);
  }
}
