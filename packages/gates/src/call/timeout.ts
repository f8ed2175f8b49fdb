// A limit of time for one piece of work. What is nested in it knows how much is left.

import { type Clock, type ClockOptions, systemClock, TimeoutError } from "@sluice/core";
import { checkClock, checkMilliseconds, checkOptions, requireFunction } from "@sluice/core/kit";
import type { Call, CallParent, Work } from "./call-context.js";
import { type BoundWork, RunningCall } from "./running-call.js";
import { TimedScope } from "./timed-scope.js";

/**
 * Gives the work `ms` milliseconds (a number >= 1), or as many as are left of the call that it is part of; then its
 * signal aborts, and the call fails, whether the work hears of it or not.
 *
 * *Errors:* those of the work; a `TimeoutError` in time, which `retry` around it takes for a failure like others.
 * *Cancel:* the caller's signal ends it with its reason; no timer and no listener is left after any end.
 *
 * @example
 * ```ts
 * import { timeout } from "@sluice/gates";
 * const slow = timeout(() => new Promise(() => {}), 20);
 * await slow().catch((error) => console.log(error.code, error.afterMs)); // prints TIMEOUT 20
 * ```
 */
export function timeout<R, A extends readonly unknown[]>(
  work: Work<R, A>,
  ms: number,
  options?: ClockOptions,
): Call<R, A> {
  requireFunction("timeout", work);
  checkMilliseconds("timeout", ms, 1);
  checkOptions("timeout", options);
  const clock = checkClock("timeout", options?.clock ?? systemClock);
  return (parent, ...args) => new Timed((context) => work(context, ...args), parent, ms, clock).run();
}

class Timed<R> extends RunningCall<R> {
  private readonly clock: Clock;
  private ms: number;
  /** The time is that of its caller, who watches it too, and then ends all of it: not this one alone. */
  private isInherited = false;

  constructor(work: BoundWork<R>, parent: CallParent | undefined, ms: number, clock: Clock) {
    super(work, parent, clock);
    this.ms = ms;
    this.clock = clock;
  }

  protected override begin(): void {
    const scope = new TimedScope(this.parent, this.ms, this.clock);
    this.isInherited = scope.ms < this.ms && this.parent?.signal !== undefined;
    this.ms = scope.ms;
    this.alarm.set(scope.ms);
    this.start(scope);
  }

  protected override ring(): void {
    if (this.isInherited) {
      this.isInherited = false;
      this.alarm.set(GRACE_MS);
    } else this.fail(timeIsOver(this.ms));
  }

  protected override failed(error: unknown): void {
    this.fail(error);
  }
}

/** How long the caller's timer may be late. Judgement: timers round to a millisecond, and come in one turn. */
const GRACE_MS = 5;

/** The error of work that had `ms` milliseconds. */
export function timeIsOver(ms: number): TimeoutError {
  return new TimeoutError(`Cannot finish the work within ${ms} ms; give it more time, or ask for less`, ms);
}
