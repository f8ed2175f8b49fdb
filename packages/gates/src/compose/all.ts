// Several gates as one: a rate and a bulkhead, a tenant's bucket and everybody's.
//
//   tryAcquire ──► asks every gate ──► all grant: one permit       a refusal: what was taken is undone
//   acquire ─────► the same ──► waits in the line of a gate that refused ──► has its permit ──► asks the others
//                                     └──── undone, and waits at who refuses now ◄──── one refuses ──┘
//                                           (both in one moment: gate/claim.ts)
//
// While it waits it holds nothing: so two of these over the same gates cannot wait for each other, and nobody is kept
// from credit that lies unused.

import {
  type Gate,
  type GateRequest,
  type GateWait,
  type Permit,
  type PermitOutcome,
  type Rejected,
  systemClock,
} from "@sluice/core";
import { type ClaimingWait, NOT_CLAIMED } from "../gate/claim.js";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import { GrantedPermit, type PermitOwner } from "../gate/granted-permit.js";
import type { Quota, QuotaGate } from "../gate/quota.js";
import { requireGate } from "../gate/require-gate.js";
import { isSharedGate, type SharedGate } from "../gate/shared-gate.js";
import { CompositeGate, isIdle, quotaOf, undo } from "./composite-gate.js";

/**
 * Grants what all of `gates` grant, and takes from all or none. A release goes to each of them, with its outcome.
 *
 * *Buffers:* nothing; who waits stands in the line of a gate that refused, and holds no permit of another one
 * meanwhile. Under contention he may have to wait at several, one after the other. *Errors:* of several refusals that
 * with the longest `retryAfterMs`, and one for good before all others. What a gate throws is thrown, and what was taken
 * is given back. *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * When one of them is a `SharedGate`, so is this: `ask` asks the near ones first, and the shared ones only when they
 * grant.
 *
 * @example
 * ```ts
 * import { all, tokenBucket } from "@sluice/gates";
 * const perMinute = tokenBucket({ capacity: 10, ratePerSecond: 10 / 60 });
 * const perHour = tokenBucket({ capacity: 2, ratePerSecond: 2 / 3600 });
 * const gate = all(perMinute, perHour);
 * for (let i = 0; i < 3; i += 1) console.log(gate.tryAcquire().granted);
 * // prints true
 * // prints true
 * // prints false
 * console.log(Math.round(perMinute.available)); // prints 8
 * ```
 */
export function all(...gates: readonly Gate[]): QuotaGate {
  if (gates.length === 0) throw new TypeError("Cannot make a gate of all of no gates: give it one at least");
  for (const gate of gates) requireGate("make a gate of all", gate);
  // One that waits must be able to take all parts in one moment, however they were put together.
  return new All(gates.flatMap((gate) => (gate instanceof All ? gate.gates : [gate])));
}

class All extends CompositeGate implements PermitOwner {
  /** There when there is a shared gate among them. */
  readonly ask?: SharedGate["ask"];
  readonly gates: readonly Gate[];
  /** Those that answer at once first: a refusal of theirs spares the question over the network. */
  private readonly nearFirst: readonly Gate[];
  private misused = 0;

  constructor(gates: readonly Gate[]) {
    super(`all of ${gates.length} gates`);
    this.gates = gates;
    const shared = gates.filter(isSharedGate);
    this.nearFirst = [...gates.filter((gate) => !isSharedGate(gate)), ...shared];
    if (shared.length > 0) {
      this.ask = async (cost = 1, request) => this.counted(refusalOr(await this.askAll(cost, request)));
    }
  }

  override get isIdle(): boolean {
    return this.waiting === 0 && this.gates.every(isIdle);
  }

  /** The tightest. */
  override quota(key?: string): Quota | undefined {
    let tightest: Quota | undefined;
    for (const gate of this.gates) {
      const quota = quotaOf(gate, key);
      if (quota === undefined) continue;
      if (tightest === undefined || isTighter(quota, tightest)) tightest = quota;
    }
    return tightest;
  }

  protected override decide(cost: number, request: GateRequest | undefined): Permit | Rejected {
    return refusalOr(this.tryAll(cost, request));
  }

  protected override async wait(cost: number, request: GateWait | undefined): Promise<Permit> {
    let had: Had | undefined;
    for (let rounds = 1; ; rounds += 1) {
      // A gate may grant at once what another part refuses again, such as one that stands there twice: a turn now and
      // then, or whoever is to release would never get to it.
      if (rounds % ROUNDS_A_TURN === 0 && had === undefined) await nextTurn();
      const answer: Answer =
        this.ask === undefined ? this.tryAll(cost, request, had) : await this.askAll(cost, request, had);
      if (answer instanceof AllPermit) return answer;
      if (answer.refusal.cause === "cost") throw new GateRejectedError(answer.refusal);
      const got: AllPermit | Had | undefined = await this.waitAt(answer.gate, cost, request);
      if (got instanceof AllPermit) return got;
      had = got;
    }
  }

  /** Waits for one; with its permit there, the others are taken in the same moment, or it is given back. */
  private async waitAt(
    gate: Gate,
    cost: number,
    request: GateWait | undefined,
  ): Promise<AllPermit | Had | undefined> {
    const got: { answer?: Answer; failure?: { readonly error: unknown } } = {};
    const claim = (permit: Permit): boolean => {
      // Asked again by somebody's gate that hands the request on to several: it takes what it asks for, and below it is
      // seen that what it made of them is another permit.
      if (got.answer instanceof AllPermit) return true;
      try {
        got.answer = this.tryAll(cost, request, { gate, permit });
      } catch (error) {
        got.failure = { error };
      }
      return got.answer instanceof AllPermit;
    };
    // Never the claim of a gate around this one: a part's permit is not what that waits for.
    const wait: ClaimingWait = { ...request, claim: this.ask === undefined ? claim : undefined };
    try {
      const permit = await gate.acquire(cost, wait);
      if (got.answer instanceof AllPermit) {
        const [claimed, ...others] = got.answer.parts;
        if (claimed === permit) return got.answer;
        others.forEach(undo); // the claimed one is within the permit of a gate around it
      }
      // Somebody else's gate, or one far away, knows nothing of claims: a turn, so that several who hand such permits to
      // each other never keep the process from its other work.
      await nextTurn();
      return { gate, permit };
    } catch (error) {
      if (got.answer instanceof AllPermit) got.answer.parts.filter(isHeld).forEach(undo);
      if (got.failure !== undefined) throw got.failure.error;
      if (error !== NOT_CLAIMED) throw error;
      return undefined;
    }
  }

  protected override details(): object {
    return { misused: this.misused };
  }

  protected override abandon(permit: Permit): void {
    (permit as AllPermit).parts.forEach(undo);
  }

  settle({ parts }: AllPermit, outcome: PermitOutcome): void {
    each(parts, (part) => part.release(outcome));
  }

  misuse(): void {
    this.misused += 1;
  }

  takeBack({ parts }: AllPermit): void {
    this.granted -= 1;
    parts.forEach(undo);
  }

  /** Also after a refusal the others are asked: who comes back when the first is ready must not be refused by the next. */
  private tryAll(cost: number, request: GateRequest | undefined, had?: Had): Answer {
    const parts: Permit[] = had === undefined ? [] : [had.permit];
    let refused: Refused | undefined;
    try {
      for (const gate of this.gates) {
        if (gate === had?.gate) had = undefined;
        else refused = gather(gate, gate.tryAcquire(cost, request), parts, refused);
      }
    } catch (error) {
      parts.forEach(undo);
      throw error;
    }
    if (refused === undefined) return new AllPermit(this, cost, parts);
    parts.forEach(undo);
    return refused;
  }

  private async askAll(cost: number, request: GateRequest | undefined, had?: Had): Promise<Answer> {
    const parts: Permit[] = had === undefined ? [] : [had.permit];
    let refused: Refused | undefined;
    try {
      for (const gate of this.nearFirst) {
        if (gate === had?.gate) had = undefined;
        else if (!isSharedGate(gate)) refused = gather(gate, gate.tryAcquire(cost, request), parts, refused);
        else if (refused === undefined) refused = gather(gate, await gate.ask(cost, request), parts, refused);
      }
    } catch (error) {
      parts.forEach(undo);
      throw error;
    }
    if (refused === undefined) return new AllPermit(this, cost, parts);
    parts.forEach(undo);
    return refused;
  }
}

class AllPermit extends GrantedPermit {
  readonly parts: readonly Permit[];

  constructor(owner: PermitOwner, cost: number, parts: readonly Permit[]) {
    super(owner, cost);
    this.parts = parts;
  }
}

/** A permit that somebody waited for; the same gate may stand there twice, and is asked for the other one. */
interface Had {
  readonly gate: Gate;
  readonly permit: Permit;
}

interface Refused {
  readonly gate: Gate;
  readonly refusal: Rejected;
}

type Answer = AllPermit | Refused;

function refusalOr(answer: Answer): Permit | Rejected {
  return answer instanceof AllPermit ? answer : answer.refusal;
}

function gather(
  gate: Gate,
  answer: Permit | Rejected,
  parts: Permit[],
  former: Refused | undefined,
): Refused | undefined {
  if (answer.granted) parts.push(answer);
  else if (former === undefined || isLonger(answer, former.refusal)) return { gate, refusal: answer };
  return former;
}

/** Which of two refusals says more about when to come back. */
function isLonger(a: Rejected, b: Rejected): boolean {
  if (b.cause === "cost") return false;
  return a.cause === "cost" || (a.retryAfterMs ?? 0) > (b.retryAfterMs ?? 0);
}

function isTighter(a: Quota, b: Quota): boolean {
  return a.remaining === b.remaining ? a.resetMs > b.resetMs : a.remaining < b.remaining;
}

/** Whoever stood between may have given it back. */
function isHeld(permit: Permit): boolean {
  return !(permit instanceof GrantedPermit) || permit.outcome === undefined;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void systemClock.schedule(0, resolve));
}

const ROUNDS_A_TURN = 8;

/** Does it to all, and throws what the first one threw. */
function each(parts: readonly Permit[], what: (part: Permit) => void): void {
  let failure: { readonly error: unknown } | undefined;
  for (const part of parts) {
    try {
      what(part);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}
