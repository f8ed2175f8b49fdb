import type { Flow } from "@sluice/core";
import { checkCapacity, checkOptions, Connectable, describe, replenishAt } from "@sluice/core/kit";
import type { Observable, SchedulerLike, Subscriber } from "rxjs";
import { checkScheduler } from "./clock-of.js";
import { observableFrom, ObserverEnd } from "./observer-end.js";
import { ScheduledEnd } from "./scheduled-end.js";

/** How `toObservable` asks for items. */
export interface ToObservableOptions {
  /** Items asked for ahead, an integer >= 1; default 256. */
  readonly prefetch?: number | undefined;
  /**
   * Items are handed on in turns of it, as by RxJS's `observeOn`, but no more wait for a turn than `prefetch`;
   * default: at once.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * An Observable of the items of a flow; each subscription runs the flow anew.
 *
 * An observer has no way to say that it has enough: each item counts as consumed when its `next` returns. An RxJS
 * operator behind it that works in another turn, such as `concatMap`, holds what it is given, without bound; put such
 * work before it, into the flow.
 *
 * *Demand:* `prefetch` at first, then as many again whenever three quarters have been handed on. *Buffers:* nothing;
 * with a scheduler at most `prefetch` items. *Errors:* passed on, after the items before it. *Cancel:* unsubscribing
 * cancels the flow at once, in every state.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { toObservable } from "@sluice/rxjs";
 * import { take } from "rxjs";
 * toObservable(range(1, 1e9)).pipe(take(2)).subscribe(console.log);
 * // prints 1
 * // prints 2
 * ```
 */
export function toObservable<T>(flow: Flow<T>, options?: ToObservableOptions): Observable<T> {
  if (!(flow instanceof Connectable)) {
    throw new TypeError(
      `Cannot make an Observable of ${describe(flow)}: toObservable takes a Flow; from() makes one`,
    );
  }
  checkOptions("toObservable", options);
  const prefetch = checkCapacity("prefetch", options?.prefetch ?? 256, 1);
  const scheduler = checkScheduler("toObservable", options?.scheduler);
  const endOf = (observer: Subscriber<T>): ObserverEnd<T> =>
    scheduler === undefined
      ? new PromptEnd(observer, prefetch)
      : new ScheduledEnd(observer, prefetch, scheduler);
  return observableFrom(flow, endOf);
}

/** Hands each item on as it comes. */
class PromptEnd<T> extends ObserverEnd<T> {
  private readonly prefetch: number;
  private readonly limit: number;
  /** Handed on since upstream was last asked. */
  private consumed = 0;

  constructor(observer: Subscriber<T>, prefetch: number) {
    super(observer);
    this.prefetch = prefetch;
    this.limit = replenishAt(prefetch);
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.emit(item);
    this.consumed++;
    if (this.consumed < this.limit) return true;
    const n = this.consumed;
    this.consumed = 0;
    this.upstream.request(n);
    return true;
  }

  protected override begin(): void {
    this.upstream.request(this.prefetch);
  }
}
