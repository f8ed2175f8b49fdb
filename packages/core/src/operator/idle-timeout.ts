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
 * Fails when no item comes for some time although there is demand: the silence of upstream, not of a consumer that
 * does not ask.
 *
 * *Demand:* n. *Buffers:* nothing. *Errors:* passed on; a `TimeoutError` when time is up, and upstream is cancelled.
 * *Cancel:* passed on; stops the timer.
 *
 * @param ms between a request, or an item, and the next item, in milliseconds, a number >= 1
 *
 * @example
 * ```ts
 * import { idleTimeout, never } from "@sluice/core";
 * const silent = never().pipe(idleTimeout(20));
 * await silent.toArray().catch((error) => console.log(error.code, error.afterMs)); // prints TIMEOUT 20
 * ```
 */
export function idleTimeout<T>(ms: number, options?: ClockOptions): Operator<T, T> {
  checkMilliseconds("idleTimeout", ms, 1);
  checkOptions("idleTimeout", options);
  const clock = checkClock("idleTimeout", options?.clock ?? systemClock);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new TimeoutSubscriber(downstream, clock, ms, "idleTimeout", "an item"),
      { name: "idleTimeout", settings: { ms } },
    );
}
