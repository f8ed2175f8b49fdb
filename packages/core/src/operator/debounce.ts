import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { LatestSubscriber } from "../kit/latest-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { ClockOptions } from "../spec/clock.js";
import type { DropOptions } from "../spec/overflow.js";

/** What `debounce` takes. */
export interface DebounceOptions<T> extends ClockOptions, DropOptions<T> {}

/**
 * Sends an item when none has come after it for some time; drops the others.
 *
 * *Demand:* unbounded upstream. *Buffers:* the latest item; one that comes meanwhile takes its place, reason
 * "superseded". *Errors:* at once; the item held is dropped. When upstream completes, it is sent first, without
 * waiting. *Cancel:* passed on; stops the timer, and the item held is dropped, reason "ended".
 *
 * @param ms of quiet, in milliseconds, a number >= 0
 *
 * @example
 * ```ts
 * import { debounce, of } from "@sluice/core";
 * console.log(await of("s", "sl", "slu").pipe(debounce(20)).toArray()); // prints [ 'slu' ]
 * ```
 */
export function debounce<T>(ms: number, options?: DebounceOptions<T>): Operator<T, T> {
  checkMilliseconds("debounce", ms, 0);
  checkDropOptions("debounce", options);
  const clock = checkClock("debounce", options?.clock ?? systemClock);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new Debounce(downstream, clock, ms, options), {
      name: "debounce",
      settings: { ms },
    });
}

class Debounce<T> extends LatestSubscriber<T> {
  private quietAt = 0;

  protected override arrived(): void {
    this.isDue = false;
    this.quietAt = this.alarm.now() + this.ms;
    if (!this.alarm.isSet) this.alarm.set(this.ms);
  }

  protected override rang(): void {
    const left = this.quietAt - this.alarm.now();
    if (left > 0) this.alarm.set(left);
    else this.makeDue();
  }
}
