// Another gate for when the first cannot answer, or says no.

import type { Gate, GateRequest, GateWait, Permit, Rejected } from "@sluice/core";
import { checkOptions, describe } from "@sluice/core/kit";
import { checkCost } from "../gate/check-gate.js";
import { NOT_CLAIMED } from "../gate/claim.js";
import { rankOf } from "../gate/criticality-rank.js";
import type { Quota, QuotaGate } from "../gate/quota.js";
import { requireGate } from "../gate/require-gate.js";
import { isSharedGate, type SharedGate } from "../gate/shared-gate.js";
import { asked, CompositeGate, isIdle, isRefusal, quotaOf } from "./composite-gate.js";

/** When the other gate is asked. */
export interface WithFallbackOptions {
  /**
   * Default `"failure"`: when the first throws, or rejects with something else than a refusal. `"refusal"`: also when
   * it refuses, such as a tenant's own bucket before one that all share.
   */
  readonly on?: "failure" | "refusal" | undefined;
}

/**
 * Asks `gate`, and `other` when that cannot answer: a gate that throws or rejects neither lets everybody in nor keeps
 * everybody out. The permit is of the gate that granted it.
 *
 * *Buffers:* nothing; who waits stands in the line of one of the two. With `"refusal"` he waits at the first, when
 * neither grants at once, and is refused by both when both lines are full. *Errors:* what `other` throws is thrown; what
 * `gate` throws is counted, and shown by `snapshot()`; a cost or criticality that is none is the caller's mistake, and
 * thrown at once. *Cancel:* a signal ends the waiting at either.
 *
 * @example
 * ```ts
 * import { tokenBucket, withFallback } from "@sluice/gates";
 * const own = tokenBucket({ capacity: 1, ratePerSecond: 0.1 });
 * const common = tokenBucket({ capacity: 100, ratePerSecond: 0.1 });
 * const gate = withFallback(own, common, { on: "refusal" });
 * console.log(gate.tryAcquire().granted, gate.tryAcquire().granted); // prints true true
 * console.log(Math.round(common.available)); // prints 99
 * ```
 */
export function withFallback(gate: Gate, other: Gate, options: WithFallbackOptions = {}): QuotaGate {
  requireGate("make a gate with a fallback", gate);
  requireGate("make a gate with a fallback", other);
  checkOptions("withFallback", options);
  const { on = "failure" } = options;
  if (on !== "failure" && on !== "refusal") {
    throw new TypeError(`Cannot fall back on ${describe(on)}: it must be "failure" or "refusal"`);
  }
  return new WithFallback(gate, other, on === "refusal");
}

class WithFallback extends CompositeGate {
  /** There when one of them is a shared gate. */
  readonly ask?: SharedGate["ask"];
  private readonly gate: Gate;
  private readonly other: Gate;
  private readonly onRefusal: boolean;
  private failures = 0;
  private refusals = 0;
  private lastFailure: unknown = undefined;

  constructor(gate: Gate, other: Gate, onRefusal: boolean) {
    super("a gate with a fallback");
    this.gate = gate;
    this.other = other;
    this.onRefusal = onRefusal;
    if (isSharedGate(gate) || isSharedGate(other)) {
      this.ask = async (cost = 1, request) => this.counted(await this.askBoth(cost, request));
    }
  }

  override get isIdle(): boolean {
    return this.waiting === 0 && isIdle(this.gate) && isIdle(this.other);
  }

  /** Of the first, or of the other when that has none. */
  override quota(key?: string): Quota | undefined {
    return quotaOf(this.gate, key) ?? quotaOf(this.other, key);
  }

  protected override decide(cost: number, request: GateRequest | undefined): Permit | Rejected {
    checkAsked(cost, request);
    let answer: Permit | Rejected;
    try {
      answer = this.gate.tryAcquire(cost, request);
    } catch (error) {
      return this.failed(error).tryAcquire(cost, request);
    }
    return this.falls(answer) ? this.other.tryAcquire(cost, request) : answer;
  }

  protected override async wait(cost: number, request: GateWait | undefined): Promise<Permit> {
    checkAsked(cost, request);
    if (this.onRefusal) {
      const answer = this.ask === undefined ? this.decide(cost, request) : await this.askBoth(cost, request);
      if (answer.granted) return answer;
    }
    try {
      return await this.gate.acquire(cost, request);
    } catch (error) {
      const signal = request?.signal;
      if (signal?.aborted === true && error === signal.reason) throw error;
      if (error === NOT_CLAIMED) throw error;
      if (!isRefusal(error)) return this.failed(error).acquire(cost, request);
      if (!this.onRefusal) throw error;
    }
    this.refusals += 1;
    return this.other.acquire(cost, request);
  }

  /** `failures`, `refusals` of the first, for which the other was asked; `lastFailure`: what the first threw last. */
  protected override details(): object {
    const { failures, refusals, lastFailure } = this;
    return { failures, refusals, lastFailure };
  }

  private async askBoth(cost: number, request: GateRequest | undefined): Promise<Permit | Rejected> {
    checkAsked(cost, request);
    let answer: Permit | Rejected;
    try {
      answer = await asked(this.gate, cost, request);
    } catch (error) {
      return asked(this.failed(error), cost, request);
    }
    return this.falls(answer) ? asked(this.other, cost, request) : answer;
  }

  private falls(answer: Permit | Rejected): boolean {
    if (answer.granted || !this.onRefusal) return false;
    this.refusals += 1;
    return true;
  }

  private failed(error: unknown): Gate {
    this.failures += 1;
    this.lastFailure = error;
    return this.other;
  }
}

/** Its own mistakes a caller hears of, whoever answers. */
function checkAsked(cost: number, request: GateRequest | undefined): void {
  checkCost(cost);
  rankOf(request);
}
