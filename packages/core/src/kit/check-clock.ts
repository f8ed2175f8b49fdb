// The check of the clock that the caller gives.

import type { Clock } from "../spec/clock.js";
import { describe } from "../spec/describe.js";

/**
 * Returns `clock` if it has the shape of one, throws a `TypeError` that names `place` otherwise.
 *
 * @example
 * ```ts
 * import { systemClock } from "@sluice/core";
 * import { checkClock } from "@sluice/core/kit";
 * console.log(checkClock("debounce", systemClock) === systemClock); // prints true
 * ```
 */
export function checkClock(place: string, clock: Clock): Clock {
  if (typeof clock?.now === "function" && typeof clock.schedule === "function") return clock;
  throw new TypeError(`Cannot give ${place} the clock ${describe(clock)}: it must have now() and schedule()`);
}
