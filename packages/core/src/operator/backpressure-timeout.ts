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
 * Fails when downstream requests nothing for some time: frees what upstream holds for a consumer that hangs.
 *
 * *Demand:* n. *Buffers:* nothing. *Errors:* passed on; a `TimeoutError` when time is up, and upstream is cancelled.
 * *Cancel:* passed on; stops the timer.
 *
 * @param ms without demand: from `onSubscribe`, or from the last item that was requested, to the next request; in
 *   milliseconds, a number >= 1
 *
 * @example
 * ```ts
 * import { backpressureTimeout, range } from "@sluice/core";
 * const hanging = range(1, 9).pipe(backpressureTimeout(20)).values({ prefetch: 1 });
 * await hanging.next(); // asks for one more, which then waits for the next call
 * await new Promise((resolve) => setTimeout(resolve, 60));
 * await hanging.next();
 * await hanging.next().catch((error) => console.log(error.code)); // prints TIMEOUT
 * ```
 */
export function backpressureTimeout<T>(ms: number, options?: ClockOptions): Operator<T, T> {
  checkMilliseconds("backpressureTimeout", ms, 1);
  checkOptions("backpressureTimeout", options);
  const clock = checkClock("backpressureTimeout", options?.clock ?? systemClock);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new TimeoutSubscriber(downstream, clock, ms, "backpressureTimeout", "demand"),
      { name: "backpressureTimeout", settings: { ms } },
    );
}
