// A policy that grants credit: who wants to do something asks for a permit first, and gives it back with what came of
// it. Types only, so that operators and transports take any gate without knowing whose it is.

/** What the work is worth when there is not enough for all, from what is given up first to what is given up last (SRE book, ch. 21). */
export type Criticality = "sheddable" | "sheddablePlus" | "critical" | "criticalPlus";

/** What came of the work that a permit was for; `"ignored"` counts as neither, such as work that its caller cancelled. */
export type PermitOutcome = "success" | "failure" | "ignored";

/**
 * What there was not enough of: the rate allowed to whoever asks (`"rate"`), places for work under way
 * (`"concurrency"`), trust in what stands behind a breaker (`"open"`), a process or service that has too much to do
 * (`"overload"`), memory (`"memory"`), retries that somebody paid for (`"budget"`); or a cost that is never granted
 * (`"cost"`).
 */
export type RejectionCause = "rate" | "concurrency" | "open" | "overload" | "memory" | "budget" | "cost";

/** What a gate may look at besides the cost. */
export interface GateRequest {
  /** Default `"critical"`. */
  readonly criticality?: Criticality | undefined;
  /** On whose behalf, for gates that keep an account for each: a tenant, a principal, an address. */
  readonly key?: string | undefined;
}

/** As a request, by one who would rather wait than be refused. */
export interface GateWait extends GateRequest {
  /** Ends the waiting; the promise rejects with its reason, and nothing is held. */
  readonly signal?: AbortSignal | undefined;
}

/** Permission for one piece of work. */
export interface Permit {
  readonly granted: true;
  /**
   * The work is over. Default outcome `"success"`. Only the first call counts: another one is a mistake of its caller,
   * which the gate counts and answers with a `SluiceError` `PERMIT_RELEASED`.
   */
  release(outcome?: PermitOutcome): void;
}

/** No permission, and why. */
export interface Rejected {
  readonly granted: false;
  /** For people and for the peer: what there was not enough of. */
  readonly reason: string;
  /** Milliseconds after which asking again makes sense; undefined: the gate cannot say. */
  readonly retryAfterMs: number | undefined;
  /** The same as `reason`, for programs; a gate of somebody else's may leave it out. */
  readonly cause?: RejectionCause | undefined;
}

/**
 * Whoever grants or refuses permits: tokens of a bucket, slots of a bulkhead, probes of a half-open breaker.
 *
 * A gate answers at once and calls nobody back from within `tryAcquire`.
 */
export interface Gate {
  /** Takes `cost` (a number > 0, default 1) of the credit, all or nothing. */
  tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected;
  /**
   * Waits for its turn in a line of bounded length. Rejects with a `SluiceError` `GATE_REJECTED` when the line is full
   * or the cost can never be granted, and with the signal's reason when that fires.
   */
  acquire(cost?: number, request?: GateWait): Promise<Permit>;
}
