// What a client may try again: connections and requests under one budget, which first attempts pay for. Back-off alone
// begins anew with every connection that opens and every request that is made; a service in trouble would be given
// several times the load that put it there (gRPC A6; "Addressing Cascading Failures", SRE book).

import type { Criticality, Gate, Permit, Rejected } from "@sluice/core";
import { reportUncaught } from "@sluice/core/kit";
import { retryBudget } from "@sluice/gates";
import type { Runtime } from "../connection/runtime.js";

/** A gate for what is tried again. One that has `deposit`, as `retryBudget` of `@sluice/gates`, is told of first attempts. */
export type RetryGate = Gate & { deposit?(attempts?: number): void };

/** The gate, asked with care. */
export class Retries {
  private readonly gate: RetryGate;
  /** First attempts that the gate has not been told of: a call is too short to tell it of each. */
  private firsts = 0;

  /** Throws a `TypeError` for what is no gate. */
  constructor(gate: RetryGate | undefined, runtime: Runtime) {
    if (gate !== undefined && typeof gate?.tryAcquire !== "function") {
      throw new TypeError(
        `Cannot use ${String(gate)} as retryBudget: it must be a Gate, such as retryBudget() of @sluice/gates`,
      );
    }
    this.gate = gate ?? retryBudget({ ...DEFAULTS, clock: runtime.clock });
  }

  /** A request is made for the first time. */
  first(): void {
    this.firsts += 1;
    if (this.firsts >= TOLD_AT_ONCE) this.tell();
  }

  /** Asks whether something may be tried again. */
  ask(criticality: Criticality | undefined): Permit | Rejected {
    this.tell();
    try {
      return this.gate.tryAcquire(1, { criticality });
    } catch (thrown) {
      reportUncaught(thrown);
      return BROKEN;
    }
  }

  private tell(): void {
    const { firsts, gate } = this;
    if (firsts === 0) return;
    this.firsts = 0;
    try {
      gate.deposit?.(firsts);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }
}

/**
 * Of one client: a tenth of its requests, and a connection every two seconds for one that asks for nothing, thirty at
 * once. Judgement; the tenth is Finagle's and Google's.
 */
const DEFAULTS = { ratio: 0.1, minPerSecond: 0.5, capacity: 30 } as const;

/** Told late, a gate that several share grants less, and never more. */
const TOLD_AT_ONCE = 16;

const BROKEN: Rejected = { granted: false, reason: "the retry budget has thrown", retryAfterMs: undefined };
