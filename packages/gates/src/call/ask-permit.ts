// The slow ways to a permit: those that take a while, in which the caller may give up.

import type { Gate, GateRequest, Permit, Rejected } from "@sluice/core";
import { giveBack } from "@sluice/core/kit";
import { isSharedGate } from "../gate/shared-gate.js";

/** What is asked for. */
export interface PermitWish extends GateRequest {
  /** Default 1. */
  readonly cost?: number | undefined;
  /** Wait in the line of the gate rather than be refused. Default false. */
  readonly wait?: boolean | undefined;
}

/** Whether a permit may take a while; if not, `tryAcquire` is the whole answer. */
export function takesTime(gate: Gate, wish: PermitWish | undefined): boolean {
  return wish?.wait === true || isSharedGate(gate);
}

/** Waits, or has the decision of a gate that many processes share. Holds nothing once the signal has fired. */
export async function askPermit(
  gate: Gate,
  { cost, criticality, key, wait }: PermitWish = {},
  signal?: AbortSignal,
): Promise<Permit | Rejected> {
  signal?.throwIfAborted();
  const answer =
    wait !== true && isSharedGate(gate)
      ? await gate.ask(cost, { criticality, key })
      : await gate.acquire(cost, { criticality, key, signal });
  if (!answer.granted || signal?.aborted !== true) return answer;
  giveBack(answer, "ignored");
  throw signal.reason;
}
