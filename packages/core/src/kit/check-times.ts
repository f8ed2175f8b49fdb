// The check of how often something is done again.

import { UNBOUNDED } from "../spec/demand.js";
import { describe } from "../spec/describe.js";

/** Throws the `RangeError` of a `place` that was given no count: an integer >= 0, or `Infinity`. */
export function checkTimes(place: string, times: number): void {
  if ((Number.isSafeInteger(times) || times === UNBOUNDED) && times >= 0) return;
  throw new RangeError(`Cannot ${place} ${describe(times)} times: it must be an integer >= 0, or Infinity`);
}
