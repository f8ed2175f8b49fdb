// What gates made of other gates have in common: they count what they answer, and ask parts that may be anybody's.

import {
  type Gate,
  type GateRequest,
  type GateWait,
  type Permit,
  type Rejected,
  SluiceError,
} from "@sluice/core";
import type { Inspectable } from "@sluice/core/contracts";
import { checkSignal, reportUncaught } from "@sluice/core/kit";
import { claimOf } from "../gate/claim.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import type { GateSnapshot } from "../gate/policy-gate.js";
import type { Quota, QuotaGate } from "../gate/quota.js";
import { isSharedGate } from "../gate/shared-gate.js";

/** A gate whose credit lies with others. *Buffers:* none of its own: who waits stands in the line of a part. */
export abstract class CompositeGate implements QuotaGate, Inspectable {
  readonly name: string;
  protected granted = 0;
  private refused = 0;
  /** Also those who stand in no line for a moment, between that of one part and that of another. */
  protected waiting = 0;

  constructor(name: string) {
    this.name = name;
  }

  get kind(): string {
    return "gate";
  }

  abstract get isIdle(): boolean;

  abstract quota(key?: string): Quota | undefined;

  /** Mistakes with permits are counted by the gates that these are of. */
  snapshot(): Omit<GateSnapshot, "misused"> {
    const { granted, refused, waiting } = this;
    return { granted, refused, waiting, ...this.details() };
  }

  tryAcquire(cost = 1, request?: GateRequest): Permit | Rejected {
    return this.counted(this.decide(cost, request));
  }

  async acquire(cost = 1, request?: GateWait): Promise<Permit> {
    const signal = request?.signal;
    checkSignal("a gate", signal);
    signal?.throwIfAborted();
    this.waiting += 1;
    try {
      const permit = await this.wait(cost, request);
      // Who claims has taken other permits with this one, and gives all of them back himself.
      if (signal?.aborted === true && claimOf(request) === undefined) {
        this.abandon(permit);
        throw signal.reason;
      }
      this.granted += 1;
      return permit;
    } catch (error) {
      if (isRefusal(error)) this.refused += 1;
      throw error;
    } finally {
      this.waiting -= 1;
    }
  }

  protected abstract decide(cost: number, request: GateRequest | undefined): Permit | Rejected;

  /** The signal has not fired. */
  protected abstract wait(cost: number, request: GateWait | undefined): Promise<Permit>;

  /** A permit that nobody wants any more. */
  protected abandon(permit: Permit): void {
    undo(permit);
  }

  protected details(): object {
    return {};
  }

  protected counted<A extends Permit | Rejected>(answer: A): A {
    if (answer.granted) this.granted += 1;
    else this.refused += 1;
    return answer;
  }
}

/** Gives back what was never used, as if it had not been taken, if the gate knows how. */
export function undo(permit: Permit): void {
  try {
    if (permit instanceof GrantedPermit) permit.undo();
    else permit.release("ignored");
  } catch (error) {
    reportUncaught(error); // the gate is somebody else's, and who gives back has nothing to do with it
  }
}

/** Nothing is lost if the gate is forgotten; one that does not say so is taken to be. */
export function isIdle(gate: Gate & { readonly isIdle?: boolean }): boolean {
  return gate.isIdle !== false;
}

/** What the gate says of its quota, if it has one. */
export function quotaOf(gate: Gate & Partial<QuotaGate>, key: string | undefined): Quota | undefined {
  return gate.quota?.(key);
}

/** One decision of any gate, wherever its credit lies. */
export async function asked(
  gate: Gate,
  cost: number,
  request: GateRequest | undefined,
): Promise<Permit | Rejected> {
  return isSharedGate(gate) ? gate.ask(cost, request) : gate.tryAcquire(cost, request);
}

/** The gate has said no, and has not failed. */
export function isRefusal(error: unknown): boolean {
  return error instanceof SluiceError && error.code === "GATE_REJECTED";
}
