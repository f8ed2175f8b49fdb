// The check of what a subscriber of a hub may do to the others.

import type { Clock } from "../spec/clock.js";
import type { Reader, ReaderOptions } from "../spec/reader.js";
import { checkDropOptions } from "./buffer-options.js";
import { checkChoice } from "./check-choice.js";
import { checkClock } from "./check-clock.js";
import { checkMilliseconds } from "./check-milliseconds.js";

/** Throws the `TypeError` or `RangeError` of a `place`; fills in the defaults. */
export function checkReader<T>(
  place: string,
  options: ReaderOptions<T> | undefined,
  clock: Clock,
): Reader<T> {
  const given = (options ?? {}) as Partial<Reader<T>>; // or anything, from JavaScript
  const { slow = "wait", patienceMs, otherwise } = given;
  checkDropOptions(place, given);
  checkChoice(place, "slow", slow, WAITING);
  if (patienceMs !== undefined || otherwise !== undefined) {
    checkChoice(`the patience of ${place}`, "slow", slow, ["wait"]);
    checkMilliseconds(`the patience of ${place}`, patienceMs as number, 0);
    checkChoice(`the patience of ${place}`, "otherwise", otherwise, LOSING);
  }
  return { ...given, slow, clock: checkClock(place, given.clock ?? clock) };
}

const LOSING = ["dropOldest", "latest", "disconnect"];
const WAITING = ["wait", ...LOSING];
