// The one wake-up of an operator or source that waits for time. A Clock is the user's, so it is met here as all
// foreign code is: what it throws ends the stream, and a task that it runs late or twice is not heard.
//
//   silent --set--> set --(the time has come: `ring` | clear)--> silent
//   any state --close--> closed, for good: what is set after the end would never be cleared
//
// An operator sets it once and, when it rings early because more has come meanwhile, sets it for the rest: a timer
// made and cancelled for each item costs more than the item.

import type { Clock } from "../spec/clock.js";
import { asError, dropError } from "./dropped.js";

/**
 * One wake-up at a time, by any clock.
 *
 * *Errors:* what the clock throws goes to `clockThrew`. *Cancel:* `close()`; no timer is left after it.
 *
 * @example
 * ```ts
 * import { systemClock } from "@sluice/core";
 * import { Alarm } from "@sluice/core/kit";
 * const alarm = new Alarm(systemClock, () => console.log("rings"), console.error);
 * alarm.set(60_000);
 * alarm.set(1); // in place of the former; prints rings
 * ```
 */
export class Alarm {
  /** It will ring. */
  isSet = false;
  private readonly clock: Clock;
  private readonly ring: () => void;
  private readonly clockThrew: (error: unknown) => void;
  private cancel: (() => void) | undefined = undefined;
  private done = false;
  /** Which setting counts. */
  private turn = 0;

  /** @param ring must not throw; may set it again */
  constructor(clock: Clock, ring: () => void, clockThrew: (error: unknown) => void) {
    this.clock = clock;
    this.ring = ring;
    this.clockThrew = clockThrew;
  }

  /** Milliseconds by the clock; `NaN` when it threw, and the stream has ended by that. */
  now(): number {
    return timeBy(this.clock, this.clockThrew);
  }

  /** Rings in `delayMs` milliseconds, and not when it was to ring before. */
  set(delayMs: number): void {
    this.clear();
    if (this.done) return;
    const turn = this.turn;
    this.isSet = true;
    try {
      const cancel = this.clock.schedule(delayMs, () => {
        if (turn !== this.turn) return;
        this.forget();
        this.ring();
      });
      if (turn === this.turn) this.cancel = cancel; // else it rang at once, as no clock should, and may be set anew
    } catch (thrown) {
      this.forget();
      this.clockThrew(asError(thrown, "clock.schedule"));
    }
  }

  clear(): void {
    const { cancel } = this;
    this.forget();
    try {
      cancel?.();
    } catch (thrown) {
      dropError(thrown);
    }
  }

  close(): void {
    this.done = true;
    this.clear();
  }

  private forget(): void {
    this.isSet = false;
    this.cancel = undefined;
    this.turn++;
  }
}

/** Milliseconds by the clock; `NaN` when it threw, which `clockThrew` is told and has to end the stream by. */
export function timeBy(clock: Clock, clockThrew: (error: unknown) => void): number {
  try {
    return clock.now();
  } catch (thrown) {
    clockThrew(asError(thrown, "clock.now"));
    return Number.NaN;
  }
}
