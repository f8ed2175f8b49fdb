import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { DropAccount } from "../kit/drop-account.js";
import { LatestSubscriber } from "../kit/latest-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { TimedSubscriber } from "../kit/timed-subscriber.js";
import type { Clock, ClockOptions } from "../spec/clock.js";
import type { DropOptions } from "../spec/overflow.js";

/** What `throttleTime` takes. */
export interface ThrottleTimeOptions<T> extends ClockOptions, DropOptions<T> {
  /** Whether the first item of a window is sent, at once; default true. */
  readonly leading?: boolean | undefined;
  /** Whether the latest item of a window is sent, at its end; default false. */
  readonly trailing?: boolean | undefined;
}

/**
 * Sends at most one item in each window of time; drops the others. To slow a source without loss, use a gate.
 *
 * An item sent opens a window; without `leading`, an item that comes while none is open does.
 *
 * *Demand:* n, and 1 for each dropped; with `trailing` unbounded. *Buffers:* nothing; with `trailing` the latest
 * item, and one that comes meanwhile takes its place. What is dropped has the reason "superseded". *Errors:* at
 * once; the item held is dropped. When upstream completes, it is sent first, without waiting. *Cancel:* passed
 * on; stops the timer, and the item held is dropped, reason "ended".
 *
 * @param ms length of a window in milliseconds, a number >= 0
 *
 * @example
 * ```ts
 * import { range, throttleTime } from "@sluice/core";
 * console.log(await range(1, 9).pipe(throttleTime(1000)).toArray()); // prints [ 1 ]
 * console.log(await range(1, 9).pipe(throttleTime(1000, { trailing: true })).toArray()); // prints [ 1, 9 ]
 * ```
 */
export function throttleTime<T>(ms: number, options?: ThrottleTimeOptions<T>): Operator<T, T> {
  checkMilliseconds("throttleTime", ms, 0);
  checkDropOptions("throttleTime", options);
  const clock = checkClock("throttleTime", options?.clock ?? systemClock);
  const { leading = true, trailing = false } = options ?? {};
  if (!leading && !trailing) {
    throw new RangeError("Cannot throttle without leading and trailing: set one of them");
  }
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        trailing
          ? new ThrottleLatest(downstream, clock, ms, options, leading)
          : new ThrottleFirst(downstream, clock, ms, options),
      { name: "throttleTime", settings: { ms, leading, trailing } },
    );
}

/** Holds nothing and needs no timer: an item that comes too early is answered with "send another". */
class ThrottleFirst<T> extends TimedSubscriber<T> {
  private readonly account: DropAccount<T>;
  private opensAt = Number.NEGATIVE_INFINITY;

  constructor(downstream: StageSubscriber<T>, clock: Clock, ms: number, options: DropOptions<T> | undefined) {
    super(downstream, clock, ms);
    this.account = new DropAccount(options, (error) => this.fail(error));
  }

  next(item: T): boolean {
    const { account } = this;
    const now = this.done ? 0 : this.alarm.now();
    account.counters.offered++;
    if (this.done || now < this.opensAt) {
      account.drop(item, this.done ? "ended" : "superseded");
      return false;
    }
    this.opensAt = now + this.ms;
    account.counters.delivered++;
    return this.downstream.next(item);
  }

  protected override rang(): void {} // never set: only its clock is read
}

/**
 * open --item--> closed, as soon as it is sent --ms--> open, or closed again by the latest of what came meanwhile
 *
 * Closed is the alarm set. Without `leading` an item closes the window when it comes, and the end of it sends one.
 */
class ThrottleLatest<T> extends LatestSubscriber<T> {
  private readonly leading: boolean;

  constructor(
    downstream: StageSubscriber<T>,
    clock: Clock,
    ms: number,
    options: DropOptions<T> | undefined,
    leading: boolean,
  ) {
    super(downstream, clock, ms, options);
    this.leading = leading;
  }

  protected override arrived(): void {
    if (this.alarm.isSet || this.isDue) return;
    if (this.leading) this.makeDue();
    else this.alarm.set(this.ms);
  }

  protected override sending(): void {
    this.alarm.set(this.ms);
  }
}
