// A gate that answers as a test wants, and books what becomes of its permits.

import type { Gate, GateRequest, GateWait, Permit, PermitOutcome, Rejected } from "@sluice/core";

export class WatchGate implements Gate {
  held = 0;
  readonly asked: { readonly cost: number; readonly request: GateRequest | undefined }[] = [];
  readonly outcomes: PermitOutcome[] = [];
  /** Undefined: granted. */
  answer: () => Rejected | undefined;

  constructor(answer: () => Rejected | undefined = () => undefined) {
    this.answer = answer;
  }

  tryAcquire(cost = 1, request?: GateRequest): Permit | Rejected {
    this.asked.push({ cost, request });
    const rejected = this.answer();
    if (rejected !== undefined) return rejected;
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

  acquire(_cost?: number, _request?: GateWait): Promise<Permit> {
    return Promise.reject(new Error("nobody waits here"));
  }
}

export const busy: Rejected = {
  granted: false,
  reason: "all desks are taken",
  retryAfterMs: 2001,
  cause: "concurrency",
};

export const tooOften: Rejected = { ...busy, reason: "too often", cause: "rate" };
