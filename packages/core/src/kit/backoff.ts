// How long to wait before trying again. Pure: the number of the attempt and a random number come in, milliseconds go
// out; whoever uses it keeps the count and the timer.
//
// Formulas and names after Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): clients that failed together must not
// come back together, and "full" needed the fewest calls in his simulation.
//
//   grown         min(cap, base x 2^(attempt - 1))
//   full          random between 0 and grown
//   equal         half of grown, and random between 0 and the other half
//   decorrelated  min(cap, random between base and 3 x the wait before)
//   none          grown

import { checkChoice } from "./check-choice.js";
import { checkMilliseconds } from "./check-milliseconds.js";

/** How much of a wait is left to chance. */
export type Jitter = "full" | "equal" | "decorrelated" | "none";

/** How waits grow from one attempt to the next. */
export interface BackoffOptions {
  /** What the first wait grows from, in ms, >= 0; 0 never waits. Default 100. */
  readonly baseMs?: number | undefined;
  /** No wait is longer, in ms, >= 0. Default 30,000. */
  readonly capMs?: number | undefined;
  /** Default `"full"`. */
  readonly jitter?: Jitter | undefined;
}

/** The same with its defaults filled in. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
  readonly jitter: Jitter;
}

/**
 * Fills in the defaults; throws a `RangeError` or `TypeError` that names `place` for wrong options.
 *
 * @example
 * ```ts
 * import { checkBackoff } from "@sluice/core/kit";
 * console.log(checkBackoff("reconnect", { capMs: 5000 })); // prints { baseMs: 100, capMs: 5000, jitter: 'full' }
 * ```
 */
export function checkBackoff(place: string, options: BackoffOptions | undefined): Backoff {
  const { baseMs = 100, capMs = 30_000, jitter = "full" } = options ?? {};
  checkChoice(place, "jitter", jitter, Object.keys(WAITS));
  return {
    baseMs: checkMilliseconds(`${place} a baseMs of`, baseMs, 0),
    capMs: checkMilliseconds(`${place} a capMs of`, capMs, 0),
    jitter,
  };
}

/**
 * The wait before an attempt, in ms: a number from 0 to `capMs`.
 *
 * @param attempt 1 for the first one after a failure
 * @param previousMs the wait before the one that just failed, 0 if there was none; "decorrelated" grows from it
 * @param random from 0 to 1, such as `Math.random()` gives
 *
 * @example
 * ```ts
 * import { backoffMs, checkBackoff } from "@sluice/core/kit";
 * const backoff = checkBackoff("reconnect", { baseMs: 100, capMs: 1000 });
 * const waits = [1, 2, 3, 4, 5].map((attempt) => backoffMs(backoff, attempt, 0, 0.5));
 * console.log(waits); // prints [ 50, 100, 200, 400, 500 ]
 * ```
 */
export function backoffMs(
  { baseMs, capMs, jitter }: Backoff,
  attempt: number,
  previousMs: number,
  random: number,
): number {
  // Not beyond 2^60: 0 x Infinity is no number.
  const grown = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 60));
  return Math.min(capMs, WAITS[jitter](grown, random, baseMs, Math.max(previousMs, baseMs)));
}

const WAITS: Record<Jitter, (grown: number, random: number, base: number, before: number) => number> = {
  full: (grown, random) => random * grown,
  equal: (grown, random) => (grown + random * grown) / 2,
  decorrelated: (_, random, base, before) => base + random * (3 * before - base),
  none: (grown) => grown,
};
