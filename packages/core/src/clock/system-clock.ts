// Real time. The one file of core that touches a timer: whatever needs time takes a Clock.

import type { Clock } from "../spec/clock.js";

/**
 * The clock of the machine: `performance.now()` and `setTimeout`.
 *
 * @example
 * ```ts
 * import { systemClock } from "@sluice/core";
 * const started = systemClock.now();
 * systemClock.schedule(5, () => console.log(systemClock.now() - started >= 4)); // prints true
 * ```
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
