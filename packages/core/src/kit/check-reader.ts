// The check of what a subscriber of a hub may do to the others.

import { checkCapacity } from "../buffer/ring.js";
import type { Clock } from "../spec/clock.js";
import type { Reader, ReaderOptions } from "../spec/reader.js";
import { checkDropOptions } from "./buffer-options.js";
import { checkChoice } from "./check-choice.js";
import { checkClock } from "./check-clock.js";
import { checkMilliseconds } from "./check-milliseconds.js";
import { checkOptions } from "./check-options.js";

/**
 * Throws the `TypeError` or `RangeError` of a `place`; fills in the defaults.
 *
 * @param bound what the caller gave as the capacity that items may be lost by: then it may not be left out
 */
export function checkReader<T>(
  place: string,
  options: ReaderOptions<T> | undefined,
  clock: Clock,
  bound: unknown,
): Reader<T> {
  checkOptions(place, options);
  const given = (options ?? {}) as Partial<Reader<T>>; // or anything, from JavaScript
  const { slow = "wait", patienceMs, otherwise } = given;
  checkDropOptions(place, given);
  checkChoice(place, "slow", slow, WAITING);
  if (patienceMs !== undefined || otherwise !== undefined) {
    checkChoice(`the patience of ${place}`, "slow", slow, ["wait"]);
    checkMilliseconds(`the patience of ${place}`, patienceMs as number, 0);
    checkChoice(`the patience of ${place}`, "otherwise", otherwise, LOSING);
  }
  // By `with`, or at once: the default of `share` is no choice where items are lost by it.
  if (slow !== "wait" || otherwise !== undefined) checkCapacity(`${place} that may drop`, bound as number, 1);
  return { ...given, slow, clock: checkClock(place, given.clock ?? clock) };
}

const LOSING = ["dropOldest", "latest", "disconnect"];
const WAITING = ["wait", ...LOSING];
