// The judge judged: gates that break one promise each, and the case that must notice.

import type { Clock, Gate, GateRequest, GateWait, Permit, PermitOutcome, Rejected } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "../rate/token-bucket.js";
import { gateCases } from "./gate-cases.js";
import type { GateSubject } from "./gate-subject.js";

/** A sound gate, behind which a wrong one does something else. */
class Shell implements Gate {
  readonly inner: Gate;

  constructor(clock: Clock, maxWaiting = 2) {
    this.inner = tokenBucket({ capacity: 3, ratePerSecond: 1, maxWaiting, clock });
  }

  tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected {
    return this.inner.tryAcquire(cost, request);
  }

  acquire(cost?: number, request?: GateWait): Promise<Permit> {
    return this.inner.acquire(cost, request);
  }
}

const refusal: Rejected = { granted: false, reason: "no", retryAfterMs: undefined, cause: "rate" };

const wrong: Readonly<Record<string, readonly [caught: RegExp, open: (clock: Clock) => Gate]>> = {
  "grants one too few": [/^grants what there is/, (clock) => tokenBucket({ ...LAW, capacity: 2, clock })],
  "says to come back too early": [
    /^grants who comes back when told/,
    (clock) =>
      new (class extends Shell {
        override tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected {
          const answer = super.tryAcquire(cost, request);
          return answer.granted ? answer : { ...answer, retryAfterMs: 500 };
        }
      })(clock),
  ],
  "grants what it never should": [
    /^refuses for good/,
    (clock) =>
      new (class extends Shell {
        override tryAcquire(_cost?: number, request?: GateRequest): Permit | Rejected {
          return super.tryAcquire(1, request);
        }
      })(clock),
  ],
  "takes any criticality": [
    /^refuses costs and criticalities/,
    (clock) =>
      new (class extends Shell {
        override tryAcquire(cost?: number): Permit | Rejected {
          return super.tryAcquire(cost);
        }
      })(clock),
  ],
  "takes a second release": [
    /^has its credit back once/,
    (clock) =>
      new (class extends Shell {
        override tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected {
          const answer = super.tryAcquire(cost, request);
          return answer.granted ? { granted: true, release: () => {} } : answer;
        }
      })(clock),
  ],
  "takes any outcome": [
    /^refuses an outcome that is none/,
    (clock) =>
      new (class extends Shell {
        override tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected {
          const answer = super.tryAcquire(cost, request);
          if (!answer.granted) return answer;
          return {
            granted: true,
            release: (outcome) => answer.release(outcome && ("success" as PermitOutcome)),
          };
        }
      })(clock),
  ],
  "is released by a stranger": [
    /^gives nothing for a release by a stranger/,
    (clock) =>
      new (class extends Shell {
        override tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected {
          const answer = super.tryAcquire(cost, request);
          if (!answer.granted) return answer;
          return { granted: true, release: (outcome) => answer.release(outcome) };
        }
      })(clock),
  ],
  "throws at a failure": [
    /^takes every outcome/,
    (clock) =>
      new (class extends Shell {
        override tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected {
          const answer = super.tryAcquire(cost, request);
          if (!answer.granted) return answer;
          const release = (outcome?: PermitOutcome): void => {
            if (outcome === "failure") throw new Error("failed");
            answer.release(outcome);
          };
          return { granted: true, release };
        }
      })(clock),
  ],
  "lets three wait": [/^lets two wait/, (clock) => new Shell(clock, 3)],
  "lets nobody wait": [/^lets two wait/, (clock) => new Shell(clock, 0)],
  "serves in any order": [
    /^serves the more critical first/,
    (clock) =>
      new (class extends Shell {
        override acquire(cost?: number, request?: GateWait): Promise<Permit> {
          return super.acquire(cost, { ...request, criticality: "critical" });
        }
      })(clock),
  ],
  "is deaf to signals": [
    /^ends the waiting by a signal/,
    (clock) =>
      new (class extends Shell {
        override acquire(cost?: number, request?: GateWait): Promise<Permit> {
          return super.acquire(cost, { criticality: request?.criticality });
        }
      })(clock),
  ],
  "leaves a timer": [
    /^holds nothing, and no timer/,
    (clock) =>
      new (class extends Shell {
        override acquire(cost?: number, request?: GateWait): Promise<Permit> {
          clock.schedule(1e9, () => {});
          return super.acquire(cost, request);
        }
      })(clock),
  ],
  "counts each time that the clock goes through": [
    /^grants nothing for a clock that is set back/,
    (clock) => {
      let last = clock.now();
      let passed = 0;
      // Reads a step back as time that has passed.
      const now = (): number => {
        passed += Math.abs(clock.now() - last);
        last = clock.now();
        return passed;
      };
      return tokenBucket({ ...LAW, ratePerSecond: 5, clock: { ...timers(clock), now } });
    },
  ],
  "waits until the clock is where it was": [
    /^is not held up for long/,
    (clock) => {
      let last = 0;
      const now = (): number => {
        last = Math.max(last, clock.now());
        return last;
      };
      return new Shell({ ...timers(clock), now });
    },
  ],
  "forgets its line when the clock fails": [
    /^is sound again after its clock has failed/,
    (clock) =>
      new (class extends Shell {
        override async acquire(cost?: number, request?: GateWait): Promise<Permit> {
          try {
            return await super.acquire(cost, request);
          } catch (error) {
            if ((error as Error).message === "no battery") return new Promise(() => {});
            throw error;
          }
        }
      })(clock),
  ],
  miscounts: [
    /^tells who looks|^counts right/,
    (clock) =>
      new (class extends Shell {
        readonly kind = "gate";
        readonly name = "the miscounter";
        snapshot(): object {
          return { granted: 1, refused: 1, waiting: 0, misused: 0 };
        }
      })(clock),
  ],
};

describe("gateCases", () => {
  it.each(Object.entries(wrong))("notices a gate that %s", async (_name, [caught, open]) => {
    const failed: string[] = [];
    for (const gateCase of gateCases) {
      const subject: GateSubject = {
        ...{ grants: 3, cause: "rate", impossible: 4 },
        open: (clock) => ({ gate: open(clock), restore: () => clock.advance(1000) }),
      };
      await gateCase.run(subject).catch(() => failed.push(gateCase.name));
    }
    expect(failed.filter((name) => caught.test(name))).not.toEqual([]);
  });

  it("names what was broken", async () => {
    const subject: GateSubject = {
      ...{ grants: 3, cause: "rate" },
      open: () => ({ gate: { tryAcquire: () => refusal, acquire: () => Promise.reject(new Error("no")) } }),
    };
    await expect(gateCases[0]?.run(subject)).rejects.toThrow("The gate grants 0 permits, not 3");
  });
});

const LAW = { capacity: 3, ratePerSecond: 1, maxWaiting: 2 } as const;

function timers(clock: Clock): Pick<Clock, "schedule"> {
  return { schedule: (ms, task) => clock.schedule(ms, task) };
}
