import type { Flow } from "../flow/flow.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { type TickOptions, ticks } from "./interval.js";

/**
 * Sends 0 after some time, and completes.
 *
 * *Demand:* not looked at by time; when there is none, `policy` says what becomes of the item: `policy.latest()`
 * lets it wait. *Buffers:* what `policy` holds. *Errors:* those of `policy`. *Cancel:* stops the timer; an item
 * that waits is dropped.
 *
 * @param ms in milliseconds, a number >= 0
 *
 * @example
 * ```ts
 * import { policy, timer } from "@sluice/core";
 * console.log(await timer(10, { policy: policy.latest() }).toArray()); // prints [ 0 ]
 * ```
 */
export function timer(ms: number, options: TickOptions): Flow<number> {
  checkMilliseconds("timer", ms, 0);
  return ticks("timer", ms, 1, options);
}
