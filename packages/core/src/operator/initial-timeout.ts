import { checkOptions } from "../kit/check-options.js";
import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { TimeoutSubscriber } from "../kit/timeout-subscriber.js";
import type { ClockOptions } from "../spec/clock.js";

/**
 * Fails when the first item does not come in time after it was requested; a stream may complete without one.
 *
 * *Demand:* n. *Buffers:* nothing. *Errors:* passed on; a `TimeoutError` when time is up, and upstream is cancelled.
 * *Cancel:* passed on; stops the timer.
 *
 * @param ms between the first request and the first item, in milliseconds, a number >= 1
 *
 * @example
 * ```ts
 * import { initialTimeout, never } from "@sluice/core";
 * const silent = never().pipe(initialTimeout(20));
 * await silent.toArray().catch((error) => console.log(error.message));
 * // prints initialTimeout waited 20 ms for the first item: raise its limit
 * ```
 */
export function initialTimeout<T>(ms: number, options?: ClockOptions): Operator<T, T> {
  checkMilliseconds("initialTimeout", ms, 1);
  checkOptions("initialTimeout", options);
  const clock = checkClock("initialTimeout", options?.clock ?? systemClock);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new TimeoutSubscriber(downstream, clock, ms, "initialTimeout", "the first item"),
      { name: "initialTimeout", settings: { ms } },
    );
}
