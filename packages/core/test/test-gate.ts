// A gate that a test drives by hand: so many permits, and what came of those that were given back.

import type { Gate, GateWait, Permit, PermitOutcome, Rejected } from "../src/spec/gate.js";
import { SluiceError } from "../src/spec/errors.js";

export class TestGate implements Gate {
  /** Granted and not given back. */
  held = 0;
  readonly outcomes: PermitOutcome[] = [];
  /** Who waits in its line. */
  readonly waiting: ((permit: Permit) => void)[] = [];
  /** How often `acquire` was called. */
  waits = 0;
  /** What `acquire` is refused with from now on; undefined lets it wait. */
  refusal: object | undefined = undefined;
  private free: number;
  private readonly returns: boolean;

  /** @param returns whether a permit that is given back may be granted again, as a place of a bulkhead */
  constructor(free: number, returns = false) {
    this.free = free;
    this.returns = returns;
  }

  tryAcquire(): Permit | Rejected {
    if (this.free > 0 && this.waiting.length === 0) return this.grant();
    return { granted: false, reason: "none left", retryAfterMs: undefined };
  }

  acquire(_cost?: number, wait?: GateWait): Promise<Permit> {
    this.waits++;
    const { refusal } = this;
    if (refusal !== undefined) {
      return Promise.reject(Object.assign(new SluiceError("GATE_REJECTED", "the line is full"), refusal));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      wait?.signal?.addEventListener("abort", () => {
        const index = this.waiting.indexOf(resolve);
        if (index >= 0) this.waiting.splice(index, 1);
        reject(wait.signal?.reason);
      });
    });
  }

  /** Lets `n` more have a permit, those who wait first. */
  give(n = 1): void {
    this.free += n;
    while (this.free > 0 && this.waiting.length > 0) this.waiting.shift()?.(this.grant());
  }

  /** How often each outcome came, as `success 2, ignored 1`. */
  get told(): string {
    const counts = new Map<string, number>();
    for (const outcome of this.outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    return [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(", ");
  }

  private grant(): Permit {
    this.free--;
    this.held++;
    let isOut = true;
    return {
      granted: true,
      release: (outcome = "success") => {
        if (!isOut) throw new Error("released twice");
        isOut = false;
        this.held--;
        this.outcomes.push(outcome);
        if (this.returns) this.give();
      },
    };
  }
}
