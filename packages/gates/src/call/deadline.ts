// One limit of time for several calls, which inherit what is left of it.

import { type Clock, type ClockOptions, systemClock } from "@sluice/core";
import { Alarm, checkClock, checkMilliseconds, checkOptions } from "@sluice/core/kit";
import { type CallContext, type CallParent, checkParent } from "./call-context.js";
import { TimedScope } from "./timed-scope.js";
import { timeIsOver } from "./timeout.js";

/** What a deadline is told. */
export interface DeadlineOptions extends ClockOptions {
  /** On whose behalf: its signal ends this one too, and the time that is left of it is the most that this one has. */
  readonly parent?: CallParent | undefined;
}

/** A context whose signal aborts when its time is over. */
export interface Deadline extends CallContext, Disposable {
  /** The work is over: no timer and no listener is left, and the signal fires no more. */
  close(): void;
}

/**
 * A context for calls that share `ms` milliseconds (a number >= 1): each is given what is left of them, and is not begun
 * when nothing is. There is a timer from when somebody looks at its signal until the time is over or it is closed, at the
 * latest by `using`.
 *
 * *Errors:* its signal aborts with a `TimeoutError` in time, with what the clock throws when that fails. *Cancel:* the
 * parent's signal, whose reason it passes on.
 *
 * @example
 * ```ts
 * import { deadline, retry } from "@sluice/gates";
 * const load = retry(async ({ signal }, id: number) => (await fetch(`http://shop.test/${id}`, { signal })).json());
 * async function loadBoth(): Promise<unknown[]> {
 *   using context = deadline(2000);
 *   return [await load(context, 1), await load(context, 2)]; // two seconds for both, with all retries
 * }
 * console.log(typeof loadBoth); // prints function
 * ```
 */
export function deadline(ms: number, options?: DeadlineOptions): Deadline {
  checkMilliseconds("deadline", ms, 1);
  checkOptions("deadline", options);
  checkParent(options?.parent);
  return new OpenDeadline(options?.parent, ms, checkClock("deadline", options?.clock ?? systemClock));
}

class OpenDeadline extends TimedScope implements Deadline {
  private readonly alarm: Alarm;
  private state: "unwatched" | "watched" | "closed" = "unwatched";

  constructor(parent: CallParent | undefined, ms: number, clock: Clock) {
    super(parent, ms, clock);
    this.alarm = new Alarm(
      clock,
      () => this.abort(timeIsOver(this.ms)),
      (error) => this.abort(error),
    );
  }

  override get signal(): AbortSignal {
    if (this.state === "unwatched") this.watch();
    return super.signal;
  }

  override abort(reason: unknown): void {
    super.abort(reason);
    this.close();
  }

  /** The parent's signal fired. */
  handleEvent(): void {
    this.abort(this.parent?.signal?.reason);
  }

  close(): void {
    this.state = "closed";
    this.alarm.close();
    this.parent?.signal?.removeEventListener("abort", this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private watch(): void {
    this.state = "watched";
    const signal = this.parent?.signal;
    const left = this.remainingMs();
    if (signal?.aborted) this.abort(signal.reason);
    else if (left === 0) this.abort(timeIsOver(this.ms));
    else {
      signal?.addEventListener("abort", this);
      this.alarm.set(left);
    }
  }
}
