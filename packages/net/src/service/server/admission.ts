// Who may begin: a gate is asked for each OPEN, before anything of its input is read. What it refuses costs the server
// this question and a REJECT, which says when to come back.

import type { Gate, Permit, PermitOutcome, Rejected } from "@sluice/core";
import { reportUncaught } from "@sluice/core/kit";
import {
  type ErrorName,
  errorTable,
  streamFailure,
  type StreamFailure,
} from "../../protocol/protocol-error.js";
import type { Interaction } from "../../protocol/session/session-api.js";
import { guarded } from "../connection/guarded.js";
import { LONGEST_TIMER_MS } from "../connection/runtime.js";
import type { HandlerContext } from "../contract/handler-context.js";

/** What is known of a request before its input is read. */
export interface AdmissionRequest
  extends Pick<HandlerContext, "deadlineMs" | "urgency" | "criticality" | "metadata" | "principal"> {
  /** `service.route`. */
  readonly method: string;
  readonly interaction: Interaction;
  /** Network address of the client, when there is one. */
  readonly address: string | undefined;
}

/**
 * One gate for everything, or a function that chooses one for each request: by route, by principal. Undefined lets it
 * in unasked. A function that throws refuses with its error.
 */
export type Admission = Gate | ((request: AdmissionRequest) => Gate | undefined);

/** Asks for one permit, for the principal and by its criticality; undefined: no gate wants to be asked. */
export function admit(admission: Admission, request: AdmissionRequest): Permit | Rejected | undefined {
  const gate = typeof admission === "function" ? admission(request) : admission;
  const { criticality, principal } = request;
  return gate?.tryAcquire(1, { criticality, key: principal });
}

/**
 * What the client of a refused request is told: that it asks too often, or that there is no room. What will never be
 * granted is not to be tried again.
 */
export function turnedAway(method: string, { reason, retryAfterMs, cause }: Rejected): StreamFailure {
  const code = cause === "rate" ? "RATE_LIMITED" : "OVERLOADED";
  const failure = streamFailure(code, `Cannot begin ${method} now: ${reason}`, wholeMs(retryAfterMs));
  return cause === "cost" ? { ...failure, doNotRetry: true } : failure;
}

/** Asks the gate at the door for a connection. A gate is the user's: what it throws is reported, and lets nobody in. */
export function askDoor(gate: Gate, address: string | undefined): Permit | Rejected {
  try {
    return gate.tryAcquire(1, { key: address });
  } catch (error) {
    reportUncaught(error);
    return {
      granted: false,
      reason: "the gate of this server cannot answer; try again later",
      retryAfterMs: undefined,
    };
  }
}

/** Gives a permit back; what the gate throws is reported. */
export const giveBack: (permit: Permit, outcome: PermitOutcome) => void = guarded((permit, outcome) =>
  permit.release(outcome),
);

/**
 * Whether it is the client's doing, and says nothing of how well this server does: otherwise a client that asks for what
 * it may not have opens the breaker for all.
 */
export function isOfTheClient({ code }: StreamFailure): boolean {
  return THE_CLIENTS.has(code);
}

/** For who is let in without a question. */
export const UNASKED: Permit = { granted: true, release: () => {} };

/** Throws a `TypeError` for what is no gate. */
export function checkGate<G extends Gate | undefined>(name: string, gate: G): G {
  if (gate === undefined || typeof gate?.tryAcquire === "function") return gate;
  throw new TypeError(
    `Cannot ask ${name} for permits: it must be a Gate, with tryAcquire(); see @sluice/gates`,
  );
}

/** Up, so that who comes back is not too early; 0: the gate cannot say, or says what is no time. */
function wholeMs(ms: number | undefined): number {
  return ms !== undefined && ms > 0 ? Math.min(Math.ceil(ms), LONGEST_TIMER_MS) : 0;
}

const NAMES: readonly ErrorName[] = ["INVALID_PAYLOAD", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"];

const THE_CLIENTS: ReadonlySet<number> = new Set(NAMES.map((name) => errorTable[name].code));
