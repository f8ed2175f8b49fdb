import { checkCapacity } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { TimedSubscriber } from "../kit/timed-subscriber.js";
import type { Clock, ClockOptions } from "../spec/clock.js";
import { addDemand, UNBOUNDED } from "../spec/demand.js";

/** When `yieldEvery` gives the turn back: after `items` or after `ms`, whichever comes first; one must be given. */
export interface YieldEveryOptions extends ClockOptions {
  /** The most items in one turn, an integer >= 1. */
  readonly items?: number | undefined;
  /** The longest that one turn takes items, in milliseconds, a number >= 0. An item that runs is not interrupted. */
  readonly ms?: number | undefined;
}

/**
 * Gives the turn back to the event loop now and then, so that a long synchronous stream does not hold up the rest.
 *
 * The next turn is a task of the clock, without delay.
 *
 * *Demand:* min(n, `items`) in a turn; with `ms`, one at a time. *Buffers:* nothing: what is not asked for is not
 * made. *Errors:* passed on. *Cancel:* passed on; stops the timer.
 *
 * @example
 * ```ts
 * import { range, yieldEvery } from "@sluice/core";
 * setTimeout(() => console.log("a timer")); // prints a timer
 * const sum = range(1, 1_000_000).pipe(yieldEvery({ items: 1000 })).reduce((sum, n) => sum + n, 0);
 * console.log(await sum); // prints 500000500000
 * ```
 */
export function yieldEvery<T>(options: YieldEveryOptions): Operator<T, T> {
  const { items, ms } = options ?? {};
  if (items === undefined && ms === undefined) {
    throw new TypeError("Cannot yield never: yieldEvery takes { items }, { ms } or both");
  }
  if (items !== undefined) checkCapacity("yieldEvery", items, 1);
  if (ms !== undefined) checkMilliseconds("yieldEvery", ms, 0);
  const clock = checkClock("yieldEvery", options.clock ?? systemClock);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new YieldEvery(downstream, clock, ms, items), {
      name: "yieldEvery",
      settings: { items, ms },
    });
}

/**
 * between turns --item--> in a turn --`items` came | `ms` went by--> yielding --alarm--> between turns
 *                             |                                                             ^
 *                             +--alarm------------------------------------------------------+
 *
 * The alarm, set without delay at the first item of a turn, tells that the turn is over.
 */
class YieldEvery<T> extends TimedSubscriber<T> {
  private readonly items: number;
  /** Totals: what is requested, and what used it up. */
  private demand = 0;
  private emitted = 0;
  /** Asked of upstream and not yet used. */
  private outstanding = 0;
  /** Items of this turn, and when it began. */
  private count = 0;
  private since = 0;

  constructor(
    downstream: StageSubscriber<T>,
    clock: Clock,
    ms: number = UNBOUNDED,
    items: number = UNBOUNDED,
  ) {
    super(downstream, clock, ms);
    this.items = items;
  }

  next(item: T): boolean {
    if (!this.alarm.isSet) {
      if (this.isTimed) this.since = this.alarm.now();
      this.alarm.set(0);
    }
    this.outstanding--;
    this.count++;
    // An item that is dropped below counts too: a filter that drops all would otherwise never give the turn back.
    this.emitted++; // before: a request from within must not count on it
    if (!this.downstream.next(item)) this.emitted--;
    this.ask();
    return true;
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.ask();
  }

  /** A turn begins. */
  protected override rang(): void {
    this.count = 0;
    this.ask();
  }

  private get isTimed(): boolean {
    return this.ms !== UNBOUNDED;
  }

  private ask(): void {
    const room = Math.min(this.isTimed ? 1 : UNBOUNDED, this.items - this.count);
    const n = Math.min(this.demand - this.emitted, room) - this.outstanding;
    if (n <= 0 || this.done || this.isTurnOver()) return;
    this.outstanding += n;
    this.upstream.request(n);
  }

  private isTurnOver(): boolean {
    const { alarm } = this;
    return this.isTimed && alarm.isSet && alarm.now() - this.since >= this.ms;
  }
}
