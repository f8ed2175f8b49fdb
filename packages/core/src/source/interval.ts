import { systemClock } from "../clock/system-clock.js";
import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { checkPolicy, type OverflowPolicy } from "../kit/overflow-policy.js";
import { Ticks } from "../kit/ticks.js";
import type { ClockOptions } from "../spec/clock.js";
import { UNBOUNDED } from "../spec/demand.js";

/** What `interval` and `timer` take. */
export interface TickOptions extends ClockOptions {
  /** What becomes of a tick that nobody has asked for: time cannot be slowed. */
  readonly policy: OverflowPolicy<number>;
}

/**
 * Counts 0, 1, 2, ... once in each period of time.
 *
 * *Demand:* not looked at by time; a tick without demand is what `policy` is for. *Buffers:* what `policy` holds.
 * Ticks that a busy event loop has missed are left out, not sent in a burst. *Errors:* those of `policy`. *Cancel:*
 * stops the timer; what is held is dropped.
 *
 * @param ms the period in milliseconds, a number >= 1; the first tick comes after one
 *
 * @example
 * ```ts
 * import { interval, policy, take } from "@sluice/core";
 * const ticks = interval(10, { policy: policy.latest() });
 * console.log(await ticks.pipe(take(3)).toArray()); // prints [ 0, 1, 2 ]
 * ```
 */
export function interval(ms: number, options: TickOptions): Flow<number> {
  checkMilliseconds("interval", ms, 1);
  return ticks("interval", ms, UNBOUNDED, options);
}

/** For `timer` too: the same, with an end. */
export function ticks(name: string, ms: number, limit: number, options: TickOptions): Flow<number> {
  const { policy, clock } = options ?? {};
  checkPolicy(name, policy);
  const checked = checkClock(name, clock ?? systemClock);
  return flowFrom((downstream) => new Ticks(policy.open(downstream, name), checked, ms, limit).start(), {
    name,
    settings: { ms, capacity: policy.capacity },
  });
}
