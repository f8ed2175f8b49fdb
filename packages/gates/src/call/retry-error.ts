// The error of a call that was tried again, or would have been.

import { SluiceError } from "@sluice/core";

/**
 * Why there was no further attempt: as many as are allowed were made, the retry budget is spent, the deadline would pass
 * before the next one, or the other side asked for a longer wait than is allowed.
 */
export type RetryEnd = "attempts" | "budget" | "deadline" | "wait";

/** What is known of a call that `retry` gave up. */
export interface RetryHistory {
  readonly end: RetryEnd;
  readonly attempts: number;
  readonly errors: readonly unknown[];
  readonly retryAfterMs: number | undefined;
}

/**
 * `retry` gave up on an error that another attempt might have cured; `cause` is that error. It says `doNotRetry`, so that
 * of several layers that retry only the one next to the trouble does.
 *
 * @example
 * ```ts
 * import { retry, RetryError } from "@sluice/gates";
 * const load = retry(() => Promise.reject(new Error("busy")), { attempts: 2, backoff: { baseMs: 1 } });
 * await load().catch((error) => {
 *   if (error instanceof RetryError) console.log(error.end, error.attempts, error.doNotRetry); // prints attempts 2 true
 * });
 * ```
 */
export class RetryError extends SluiceError {
  readonly end: RetryEnd;
  readonly attempts: number;
  /** Of the attempts, in their order: the first and the last seven when there were more. */
  readonly errors: readonly unknown[];
  /** What the last error asked for. */
  readonly retryAfterMs: number | undefined;
  readonly doNotRetry = true;

  constructor(message: string, { end, attempts, errors, retryAfterMs }: RetryHistory) {
    super("RETRIES_SPENT", message, { cause: errors.at(-1) });
    this.end = end;
    this.attempts = attempts;
    this.errors = errors;
    this.retryAfterMs = retryAfterMs;
  }
}
