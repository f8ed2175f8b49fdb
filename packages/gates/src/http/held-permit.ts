// A permit on its way through an answer, which can end in several ways, some of them at once.

import type { Permit, PermitOutcome } from "@sluice/core";
import { reportUncaught } from "@sluice/core/kit";

/** Goes back once, by whoever sees the end first. What the gate throws is reported: nobody is left to answer for it. */
export class HeldPermit {
  private permit: Permit | undefined;

  constructor(permit: Permit | undefined) {
    this.permit = permit;
  }

  release(outcome: PermitOutcome): void {
    const { permit } = this;
    if (permit === undefined) return;
    this.permit = undefined;
    try {
      permit.release(outcome);
    } catch (error) {
      reportUncaught(error);
    }
  }
}

/** A server's own error is a failure of what stands behind the gate; that a client asked for nonsense is none. */
export function outcomeOf(status: number): PermitOutcome {
  return status >= 500 ? "failure" : "success";
}
