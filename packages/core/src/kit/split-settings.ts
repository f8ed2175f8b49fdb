// What window and groupBy are configured with in common.

import { checkCapacity } from "../buffer/ring.js";
import type { Clock, ClockOptions } from "../spec/clock.js";
import { checkClock } from "./check-clock.js";
import { checkOptions } from "./check-options.js";
import { checkMilliseconds } from "./check-milliseconds.js";

/** What `window` and `groupBy` share. */
export interface SplitOptions extends ClockOptions {
  /** The most items held in all windows or groups together, an integer >= 1; default 256. */
  readonly prefetch?: number | undefined;
  /**
   * How long all of that room may be used up by what nobody has subscribed to while others wait, in milliseconds,
   * >= 0; then the stream fails. Default 5000.
   */
  readonly stallMs?: number | undefined;
  /**
   * The same where some of it is held for a reader, of which nobody has taken an item for so long: it works, or waits
   * for another, as `zip` of two groups does. Raise it above the longest pause of your consumer. Default 300,000.
   */
  readonly blockedMs?: number | undefined;
}

/** The same, with defaults filled in. */
export interface SplitSettings {
  readonly name: string;
  /** The call as the user wrote it, for messages. */
  readonly call: string;
  readonly prefetch: number;
  readonly stallMs: number;
  readonly blockedMs: number;
  readonly clock: Clock;
}

/** Checks the options of `name`; `written` is the beginning of its arguments, for messages. */
export function splitSettings(
  name: string,
  written: string,
  options: SplitOptions | undefined,
  defaultClock: Clock,
): SplitSettings {
  checkOptions(name, options);
  const prefetch = checkCapacity(name, options?.prefetch ?? 256, 1, "prefetch");
  return {
    name,
    call: `${name}(${written}prefetch: ${prefetch} })`,
    prefetch,
    stallMs: checkMilliseconds(name, options?.stallMs ?? 5000, 0),
    blockedMs: checkMilliseconds(name, options?.blockedMs ?? 300_000, 0),
    clock: checkClock(name, options?.clock ?? defaultClock),
  };
}
