// What a runtime gives to the service layer. Each door names its own.

import { type Clock, systemClock } from "@sluice/core";

/** Time, and a way to run something after the events of this turn. */
export interface Runtime {
  readonly clock: Clock;
  /**
   * Runs `task` once, after what is going on now. It decides how much goes into one message: `setImmediate`
   * gathers what a whole turn of the event loop brought.
   */
  readonly defer: (task: () => void) => void;
}

/** What timers take, 24 days: they count in 32 bits, and one millisecond more would fire at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/**
 * The clock of the machine and, where it exists, `setImmediate`; otherwise a timer of 0 ms.
 *
 * @example
 * ```ts
 * import { defaultRuntime } from "@sluice/net";
 * defaultRuntime.defer(() => console.log("later"));
 * console.log("now");
 * // prints now
 * // prints later
 * ```
 */
export const defaultRuntime: Runtime = {
  clock: systemClock,
  defer: deferrer(),
};

function deferrer(): (task: () => void) => void {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  if (immediate !== undefined) return (task) => void immediate(task);
  return (task) => void systemClock.schedule(0, task);
}
