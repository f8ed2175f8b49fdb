// Real time. The one file of core that touches a timer: whatever needs time takes a Clock.

import type { Clock } from "../spec/clock.js";

/** The longest wait of `setTimeout`: some 25 days. Asked for more, it fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

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
    let timer: ReturnType<typeof setTimeout>;
    const wait = (ms: number): void => {
      timer = ms > LONGEST_MS ? setTimeout(() => wait(ms - LONGEST_MS), LONGEST_MS) : setTimeout(task, ms);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};
