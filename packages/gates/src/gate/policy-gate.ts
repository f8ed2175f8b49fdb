// What all our gates have in common, whatever their policy: who asks is checked and ranked, nobody overtakes those who
// wait but by being more critical, the line is bounded, and one alarm wakes it. A policy fills in the arithmetic.
//
//   tryAcquire ──► may anybody be asked for? ──no──► cause "cost"
//                     │ somebody waits before him, or take() says not now ──► refusal()
//                     └─ take() ──► permit ──release──► settled() ──► serve(): those who wait
//   acquire ───────► the same, but who is refused joins the line, and has the permit when serve() takes one for him
//
// A gate is small until somebody waits or makes a mistake: there may be a million of them, one for each client.

import type { Clock, Gate, GateRequest, GateWait, Permit, PermitOutcome, Rejected } from "@sluice/core";
import { Alarm, checkSignal } from "@sluice/core/kit";
import type { Inspectable } from "@sluice/core/contracts";
import { checkCost } from "./check-gate.js";
import { claimOf, NOT_CLAIMED } from "./claim.js";
import { CRITICALITIES, rankOf } from "./criticality-rank.js";
import { type Discipline, FIFO } from "./discipline.js";
import { GateRejectedError } from "./gate-rejected-error.js";
import type { GrantedPermit, PermitOwner } from "./granted-permit.js";
import { type Waiter, WaitingLine } from "./waiting-line.js";

/** What a gate was told when it was made; gates made alike share one. A policy adds its own. */
export interface GateSettings {
  /** For messages and for those who look: "the token bucket". */
  readonly name: string;
  readonly maxWaiting: number;
  /** Nobody waits for longer, in ms; default: for as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /** Default: in the order of coming. */
  readonly discipline?: Discipline | undefined;
  readonly clock: Clock;
}

/** What every gate tells who looks at it; a policy adds its own. */
export interface GateSnapshot {
  /** Permits granted, and requests refused. */
  readonly granted: number;
  readonly refused: number;
  /** Those who wait in `acquire`. */
  readonly waiting: number;
  /** Permits released twice, or with an outcome that is none. */
  readonly misused: number;
}

/**
 * A gate without its policy. *Buffers:* at most `maxWaiting` waiters, and one timer while somebody waits for time.
 * *Errors:* a clock that throws is heard by who asks; when it throws while nobody asks, all who wait are rejected.
 * *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { type Rejected, systemClock } from "@sluice/core";
 * import { GrantedPermit, PolicyGate } from "@sluice/gates/kit";
 *
 * // One at a time.
 * class Turnstile extends PolicyGate {
 *   private free = true;
 *   protected override take(): GrantedPermit | undefined {
 *     if (!this.free) return undefined;
 *     this.free = false;
 *     return new GrantedPermit(this, 1);
 *   }
 *   protected override refusal(): Rejected {
 *     return { granted: false, reason: "somebody is inside", retryAfterMs: undefined, cause: "concurrency" };
 *   }
 *   protected override most(): number {
 *     return 1;
 *   }
 *   protected override wakeMs(): number {
 *     return Number.POSITIVE_INFINITY; // only a release helps
 *   }
 *   protected override settled(): void {
 *     this.free = true;
 *   }
 * }
 * const gate = new Turnstile({ name: "the turnstile", maxWaiting: 10, clock: systemClock });
 * const first = await gate.acquire();
 * console.log(gate.tryAcquire().granted); // prints false
 * first.release();
 * console.log(gate.tryAcquire().granted); // prints true
 * ```
 */
export abstract class PolicyGate<
  S extends GateSettings = GateSettings,
  P extends GrantedPermit = GrantedPermit,
> implements Gate, Inspectable, PermitOwner
{
  protected readonly settings: S;
  private desk: Desk | undefined;
  protected granted: number;
  protected refused: number;

  constructor(settings: S) {
    this.settings = settings;
    this.desk = undefined;
    this.granted = 0;
    this.refused = 0;
  }

  get kind(): string {
    return "gate";
  }

  get name(): string {
    return this.settings.name;
  }

  /** Those who wait in `acquire`. */
  get waiting(): number {
    return this.desk === undefined ? 0 : this.desk.line.length;
  }

  /** Nothing is lost if this gate is forgotten: nobody waits. A policy that counts permits says so only when all are back. */
  get isIdle(): boolean {
    return this.waiting === 0;
  }

  snapshot(): GateSnapshot {
    const { granted, refused, waiting } = this;
    return { granted, refused, waiting, misused: this.desk?.misused ?? 0, ...this.details() };
  }

  tryAcquire(cost = 1, request?: GateRequest): Permit | Rejected {
    const answer = this.decide(cost, request);
    if (!answer.granted) this.refused += 1;
    return answer;
  }

  /** Not `async`: that is two promises more for each who waits. */
  acquire(cost = 1, request?: GateWait): Promise<Permit> {
    try {
      return this.enter(cost, request);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  settle(permit: P, outcome: PermitOutcome): void {
    try {
      this.settled(permit, outcome);
    } finally {
      if (this.desk !== undefined) this.serve();
    }
  }

  takeBack(permit: P): void {
    this.granted -= 1;
    try {
      this.undone(permit);
    } finally {
      if (this.desk !== undefined) this.serve();
    }
  }

  misuse(): void {
    this.openDesk().misused += 1;
  }

  /** Takes the credit, if all of it is there now; all or nothing. */
  protected abstract take(now: number, cost: number, rank: number): P | undefined;

  /** Why not now: `ahead` is the cost of all who wait and go first. Not asked about what is beyond `most`. */
  protected abstract refusal(now: number, cost: number, ahead: number, rank: number): Rejected;

  /** A cost beyond this is never granted. */
  protected abstract most(rank: number): number;

  /** Milliseconds until `take` makes sense, for the first in the line; `Infinity`: not by time alone, see `serve`. */
  protected abstract wakeMs(now: number, cost: number, rank: number): number;

  /** A permit is over: its credit comes back before anything that may throw is called. Default: time alone brings it back. */
  protected settled(_permit: P, _outcome: PermitOutcome): void {}

  /** A permit was never used. Default: it counts as neither success nor failure. */
  protected undone(permit: P): void {
    this.settled(permit, "ignored");
  }

  /** What `snapshot` tells besides. */
  protected details(): object {
    return {};
  }

  /** Milliseconds by the clock. A policy without time answers 0, and the clock is not asked. */
  protected now(): number {
    return this.settings.clock.now();
  }

  /**
   * Gives those who wait what there is, and sets the alarm for the next of them. To be called when credit has come by
   * other ways than a release. Called from within itself, by what a policy calls, it goes on from there: no recursion.
   */
  protected serve(): void {
    const { desk } = this;
    if (desk === undefined) return;
    desk.calls += 1;
    if (desk.calls > 1) return;
    try {
      do {
        desk.calls = 1;
        this.serveLine(desk);
      } while (desk.calls > 1);
    } catch (error) {
      desk.alarm.clear();
      desk.line.fail(error); // who released is not the one to hear that the clock has failed
    } finally {
      desk.calls = 0;
    }
  }

  private serveLine(desk: Desk): void {
    const { line, alarm } = desk;
    for (let next = line.first(); next !== undefined; next = line.first()) {
      const now = this.now();
      const late = line.late(now);
      if (late !== undefined) {
        const answer = this.refusal(now, late.cost, 0, late.rank);
        // What the policy called may have taken it out of the line.
        if (line.late(now) === late) this.drop(late, `${now - late.since} ms have passed`, answer);
        continue;
      }
      const permit = this.take(now, next.cost, next.rank);
      if (permit === undefined) {
        const ms = Math.min(this.wakeMs(now, next.cost, next.rank), line.untilLateMs(now));
        if (ms === Number.POSITIVE_INFINITY) {
          if (alarm.isSet) alarm.clear(); // only a release or deposit helps
        }
        // An alarm that rings too soon is set anew then: cheaper than a timer for each who comes and goes.
        else if (!alarm.isSet || now + ms < desk.ringsAt) {
          desk.ringsAt = now + ms;
          alarm.set(ms);
        }
        return;
      }
      this.granted += 1;
      // What the policy or the clock called may have taken the first one out of the line.
      if (line.first() !== next) permit.undo();
      else if (next.claim === undefined || next.claim(permit)) line.admit(next, permit, now);
      else line.drop(next, NOT_CLAIMED);
    }
    if (alarm.isSet) alarm.clear();
  }

  protected decide(cost: number, request: GateRequest | undefined): Permit | Rejected {
    checkCost(cost);
    const rank = rankOf(request);
    if (cost > this.most(rank)) return this.never(cost, rank);
    let ahead = 0;
    if (this.desk !== undefined && this.desk.line.length > 0) {
      if (this.desk.alarm.isSet) this.serve(); // it may be late
      ahead = this.desk.line.costBefore(rank);
    }
    const now = this.now();
    // Nobody overtakes those who wait, except by being more critical: a large cost would wait for ever.
    if (ahead > 0) return this.refusal(now, cost, ahead, rank);
    const permit = this.take(now, cost, rank);
    if (permit === undefined) return this.refusal(now, cost, 0, rank);
    this.granted += 1;
    return permit;
  }

  private enter(cost: number, request: GateWait | undefined): Promise<Permit> {
    const signal = request?.signal;
    checkSignal("a gate", signal);
    signal?.throwIfAborted();
    const claim = claimOf(request);
    const answer = this.decide(cost, request);
    if (answer.granted) {
      if (claim === undefined || claim(answer)) return Promise.resolve(answer);
      throw NOT_CLAIMED;
    }
    if (answer.cause === "cost") throw this.refuse(answer);
    const { line } = this.openDesk();
    const rank = rankOf(request);
    const since = this.now();
    signal?.throwIfAborted(); // the policy or the clock may have called somebody who fired it
    if (line.isFull) {
      const last = line.lastBehind(rank);
      if (last === undefined) throw this.refuse(this.full(answer));
      this.drop(last, `${this.waiting} wait, and one has come who goes first`, answer);
    }
    const first = line.first();
    const permit = line.join(cost, rank, since, signal, claim);
    if (line.first() !== first) this.serve(); // else the alarm is set for who goes before
    return permit;
  }

  private never(cost: number, rank: number): Rejected {
    const most = this.most(rank);
    const reason = `${this.name} never grants a cost of ${cost} to ${CRITICALITIES[rank]} work: ${most} is the most`;
    return { granted: false, reason, retryAfterMs: undefined, cause: "cost" };
  }

  private refuse(why: Omit<Rejected, "granted">): GateRejectedError {
    this.refused += 1;
    return new GateRejectedError(why);
  }

  private full({ retryAfterMs, cause }: Rejected): Omit<Rejected, "granted"> {
    const { waiting } = this;
    const reason = `Cannot wait for ${this.name}: ${waiting} wait already, and ${this.settings.maxWaiting} may; ask again later`;
    return { reason, retryAfterMs, cause };
  }

  private drop(waiter: Waiter, why: string, { retryAfterMs, cause }: Rejected): void {
    const reason = `Cannot wait for ${this.name} any longer: ${why}; ask again later`;
    this.desk?.line.drop(waiter, this.refuse({ reason, retryAfterMs, cause }));
  }

  private openDesk(): Desk {
    if (this.desk !== undefined) return this.desk;
    const serve = (): void => this.serve();
    const { maxWaiting, maxWaitMs = Number.POSITIVE_INFINITY, discipline = FIFO } = this.settings;
    const line = new WaitingLine({ capacity: maxWaiting, maxWaitMs, discipline }, serve);
    const alarm: Alarm = new Alarm(this.settings.clock, serve, (error) => line.fail(error));
    this.desk = { line, alarm, calls: 0, ringsAt: 0, misused: 0 };
    return this.desk;
  }
}

/** What is needed only when somebody waits, or has made a mistake. */
interface Desk {
  readonly line: WaitingLine;
  readonly alarm: Alarm;
  /** Of `serve`, since its outermost began. */
  calls: number;
  /** When the alarm rings, if it is set. */
  ringsAt: number;
  misused: number;
}
