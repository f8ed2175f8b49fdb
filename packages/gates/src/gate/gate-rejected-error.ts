// The error of who waited for a permit, or wanted to, and will not get it.

import { type Rejected, type RejectionCause, SluiceError } from "@sluice/core";

/**
 * A gate refused to let somebody wait: `retryAfterMs` says when asking again makes sense, if the gate can say, and
 * `cause` what there was not enough of.
 *
 * @example
 * ```ts
 * import { GateRejectedError, tokenBucket } from "@sluice/gates";
 * const gate = tokenBucket({ capacity: 1, ratePerSecond: 10, maxWaiting: 0 });
 * gate.tryAcquire();
 * await gate.acquire().catch((error) => {
 *   console.log(error instanceof GateRejectedError, error.code, error.retryAfterMs <= 100); // prints true GATE_REJECTED true
 * });
 * ```
 */
export class GateRejectedError extends SluiceError {
  readonly retryAfterMs: number | undefined;

  override readonly cause: RejectionCause | undefined;

  constructor({ reason, retryAfterMs, cause }: Omit<Rejected, "granted">) {
    super("GATE_REJECTED", reason);
    this.retryAfterMs = retryAfterMs;
    this.cause = cause;
  }
}
