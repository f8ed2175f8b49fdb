// Trying again, so that it helps whoever asks and does not harm who is asked: spread in time, as late as the other side
// asks for, paid for by first attempts, and never when nobody would wait for the answer ("Addressing Cascading
// Failures", SRE book; gRPC A6; Marc Brooker, "Exponential Backoff And Jitter").
//
//   attempt --failed--> asked: may it help, attempts left, in time, paid for? --yes--> wait --> attempt
//      +--> result                                                         +--no--> error

import { type BackoffOptions, type ClockOptions, type Criticality, systemClock } from "@sluice/core";
import {
  type Backoff,
  backoffMs,
  checkBackoff,
  checkClock,
  checkMilliseconds,
  checkOptions,
  requireFunction,
} from "@sluice/core/kit";
import { rankOf } from "../gate/criticality-rank.js";
import { type Call, type CallParent, remainingOf, Scope, type Work } from "./call-context.js";
import { type RetryEnd, RetryError } from "./retry-error.js";
import { checkAttempts, checkBudget, type Filled, payOnce, type RetryGate } from "./retry-gate.js";
import { retryHints } from "./retry-hints.js";
import { type BoundWork, RunningCall } from "./running-call.js";

/** An attempt that has failed, and will be followed by another one. */
export interface RetryEvent {
  readonly error: unknown;
  /** The one that failed, 1 for the first. */
  readonly attempt: number;
  /** Until the next one. */
  readonly waitMs: number;
}

/** When and how often `retry` tries again. */
export interface RetryPolicy extends ClockOptions {
  /** Attempts, the first one counted: an integer >= 1 or `Infinity`. Default 4. */
  readonly attempts?: number | undefined;
  /** How long to wait before each; default `{ baseMs: 100, capMs: 30_000, jitter: "full" }`. */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * Who grants retries: best one `retryBudget()` for everything that asks the same service. Default: one for this
   * function alone; `false`: nobody is asked.
   */
  readonly budget?: RetryGate | false | undefined;
  /** Whether another attempt may help, `attempt` being 1 after the first; default: always. */
  readonly retryIf?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** An error that asks for a longer wait (`retryAfterMs`) is the last one, in ms, >= 0. Default 60,000. */
  readonly maxRetryAfterMs?: number | undefined;
  /** What the budget is told; default `"critical"`. */
  readonly criticality?: Criticality | undefined;
  /** Is told of each retry before the wait for it. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** Gives numbers from 0 to 1; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/**
 * Tries again when the work has failed: only work that does no harm when it is done twice.
 *
 * An error may say that this is of no use (`doNotRetry: true`, `retryable: false`, a gate that never grants the cost), or
 * how long to wait (`retryAfterMs`, to which the back-off is added, so that not all come back at once). It gives up early
 * when the deadline of its context would pass before the next attempt. A retry inside a retry does not multiply: one
 * budget is told once of a call however many layers share it, and what a layer gives up on, those around it do not try
 * again.
 *
 * *Buffers:* the first error and the last seven. *Errors:* the work's when another attempt is of no use; otherwise a
 * `RetryError` with the last one as its cause; what a callback throws, in its place. *Cancel:* the caller's signal, in
 * an attempt or a wait; no timer, listener or permit is left.
 *
 * @example
 * ```ts
 * import { retry, retryBudget } from "@sluice/gates";
 * const budget = retryBudget(); // one for all that ask the same service
 * let calls = 0;
 * const load = retry(async ({ attempt }) => {
 *   calls += 1;
 *   if (attempt < 3) throw new Error("busy");
 *   return "done";
 * }, { attempts: 5, backoff: { baseMs: 1 }, budget });
 * console.log(await load(), calls); // prints done 3
 * ```
 */
export function retry<R, A extends readonly unknown[]>(work: Work<R, A>, policy?: RetryPolicy): Call<R, A> {
  requireFunction("retry", work);
  checkOptions("retry", policy);
  const { attempts = 4, retryIf = always, onRetry = ignore, random = Math.random } = policy ?? {};
  const { maxRetryAfterMs = 60_000, criticality } = policy ?? {};
  for (const callback of [retryIf, onRetry, random]) requireFunction("retry", callback);
  rankOf({ criticality });
  const clock = checkClock("retry", policy?.clock ?? systemClock);
  const how: How = {
    attempts: checkAttempts("retry", attempts, 1),
    backoff: checkBackoff("retry", policy?.backoff),
    budget: checkBudget("retry", policy?.budget, clock),
    maxRetryAfterMs: checkMilliseconds("retry a maxRetryAfterMs of", maxRetryAfterMs, 0),
    ...{ criticality, clock, retryIf, onRetry, random },
  };
  return (parent, ...args) => new Retrying((context) => work(context, ...args), parent, how).run();
}

/** The policy with its defaults filled in. */
type How = Filled<
  RetryPolicy,
  "attempts" | "maxRetryAfterMs" | "clock" | "retryIf" | "onRetry" | "random"
> & {
  readonly backoff: Backoff;
  readonly budget: RetryGate | undefined;
  readonly criticality: Criticality | undefined;
};

class Retrying<R> extends RunningCall<R> {
  private readonly how: How;
  private attempt = 0;
  private waitedMs = 0;
  private readonly errors: unknown[] = [];

  constructor(work: BoundWork<R>, parent: CallParent | undefined, how: How) {
    super(work, parent, how.clock);
    this.how = how;
  }

  protected override begin(): void {
    payOnce(this.how.budget, this.parent);
    this.next();
  }

  protected override ring(): void {
    this.next();
  }

  protected override failed(error: unknown): void {
    const { attempt, how, errors } = this;
    if (errors.length === KEPT_ERRORS) errors.splice(1, 1);
    errors.push(error);
    const { doNotRetry, retryAfterMs } = retryHints(error);
    if (how.attempts === 1 || doNotRetry || !how.retryIf(error, attempt)) {
      this.fail(error);
      return;
    }
    this.waitedMs = backoffMs(how.backoff, attempt, this.waitedMs, how.random());
    const waitMs = retryAfterMs + this.waitedMs;
    const left = remainingOf(this.parent);
    if (attempt >= how.attempts) this.giveUp("attempts", `${how.attempts} are allowed`);
    else if (retryAfterMs > how.maxRetryAfterMs)
      this.giveUp("wait", `${retryAfterMs} ms to wait are asked for`);
    else if (waitMs >= left)
      this.giveUp("deadline", `${left} ms are left, and the next is due in ${waitMs} ms`);
    else this.tryAgain(error, waitMs);
  }

  private tryAgain(error: unknown, waitMs: number): void {
    const { budget, criticality, onRetry } = this.how;
    const answer = budget?.tryAcquire(1, { criticality });
    if (answer?.granted === false) {
      this.giveUp("budget", answer.reason);
      return;
    }
    this.permit = answer;
    onRetry({ error, attempt: this.attempt, waitMs });
    this.alarm.set(waitMs);
  }

  private next(): void {
    this.attempt += 1;
    this.start(new Scope(this.parent, this.attempt, this.how.budget));
  }

  private giveUp(end: RetryEnd, why: string): void {
    const { attempt: attempts, errors } = this;
    const last = errors.at(-1);
    const text = last instanceof Error ? last.message : String(last);
    const { retryAfterMs } = retryHints(last);
    const message = `Gave up after ${attempts} attempts (${why}): ${text}`;
    this.fail(new RetryError(message, { end, attempts, errors, retryAfterMs: retryAfterMs || undefined }));
  }
}

/** The first tells what went wrong, the last what it has come to. */
const KEPT_ERRORS = 8;

function always(): boolean {
  return true;
}

function ignore(): void {}
