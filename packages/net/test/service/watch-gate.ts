// A gate that books what becomes of its permits, and fails a test when one goes back twice.

import type { Gate, GateRequest, Permit, PermitOutcome, Rejected } from "@sluice/core";

export class WatchGate implements Gate {
  held = 0;
  asked = 0;
  refused = 0;
  readonly requests: GateRequest[] = [];
  readonly outcomes: PermitOutcome[] = [];
  private readonly answer: () => Rejected | undefined;

  constructor(answer: () => Rejected | undefined = () => undefined) {
    this.answer = answer;
  }

  tryAcquire(_cost?: number, request: GateRequest = {}): Permit | Rejected {
    this.asked += 1;
    this.requests.push(request);
    const rejected = this.answer();
    if (rejected !== undefined) {
      this.refused += 1;
      return rejected;
    }
    this.held += 1;
    let isHeld = true;
    return {
      granted: true,
      release: (outcome = "success") => {
        if (!isHeld) throw new Error("released twice");
        isHeld = false;
        this.held -= 1;
        this.outcomes.push(outcome);
      },
    };
  }

  acquire(): Promise<Permit> {
    return Promise.reject(new Error("a server does not wait"));
  }
}

export const full: Rejected = { granted: false, reason: "all desks are taken", retryAfterMs: 250.2 };
