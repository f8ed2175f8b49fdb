// The error of who waited for a permit, or wanted to, and will not get it.

import { type Rejected, type RejectionCause, SluiceError } from "@sluice/core";

/**
 * A gate refused to let somebody wait: `retryAfterMs` says when asking again makes sense, if the gate can say, and
 * `cause` what there was not enough of. It has no stack: under overload there are many, and a stack costs ten times what
 * the refusal does (17 us, Node 20).
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
    const limit = setStackLimit(0);
    super("GATE_REJECTED", reason);
    if (limit !== undefined) setStackLimit(limit);
    this.retryAfterMs = retryAfterMs;
    this.cause = cause;
  }
}

/** Returns the former one; undefined where there is none, or where `Error` is frozen. */
function setStackLimit(limit: number): number | undefined {
  const { stackTraceLimit } = Error;
  if (typeof stackTraceLimit !== "number") return undefined;
  try {
    Error.stackTraceLimit = limit;
  } catch {
    return undefined;
  }
  return stackTraceLimit;
}
