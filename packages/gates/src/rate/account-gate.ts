// A gate over an account of tokens: who may take, who waits for time to bring more, who is told when to come back.
// Token bucket and retry budget are this, with different accounts.

import type { Clock, Gate, GateRequest, GateWait, Permit, Rejected } from "@sluice/core";
import { Alarm } from "@sluice/core/kit";
import { checkCost } from "../gate/check-gate.js";
import { rankOf } from "../gate/criticality-rank.js";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import type { TokenAccount } from "./token-account.js";
import { WaitingLine } from "../gate/waiting-line.js";

/** What a gate of this kind is told when it is made. */
export interface AccountGateParts {
  /** For messages: "the token bucket". */
  readonly name: string;
  readonly account: TokenAccount;
  readonly capacity: number;
  /** Tokens that are kept from each criticality, least critical first; none is kept more from than the one before. */
  readonly reserved: readonly number[];
  readonly maxWaiting: number;
  readonly clock: Clock;
}

/** *Buffers:* at most `maxWaiting` waiters, and one timer while somebody waits. */
export class AccountGate implements Gate {
  private readonly parts: AccountGateParts;
  private readonly line: WaitingLine;
  private readonly alarm: Alarm;

  constructor(parts: AccountGateParts) {
    this.parts = parts;
    const serve = (): void => this.serve();
    this.line = new WaitingLine(parts.maxWaiting, serve);
    // A clock that throws has been asked by `tryAcquire` on the caller's own stack before: there it is heard.
    this.alarm = new Alarm(parts.clock, serve, rethrow);
  }

  get available(): number {
    return this.parts.account.available(this.parts.clock.now());
  }

  get waiting(): number {
    return this.line.length;
  }

  tryAcquire(cost = 1, request?: GateRequest): Permit | Rejected {
    const { account, name } = this.parts;
    const rank = rankOf(request);
    const left = this.leftFor(rank);
    if (this.isImpossible(checkCost(cost), left)) return this.never(cost, left);
    if (this.line.length > 0) this.serve(); // their timer may be late
    const now = this.parts.clock.now();
    // Nobody overtakes those who wait, except by being more critical: a large cost would wait for ever.
    const before = this.line.costBefore(rank);
    if (before === 0 && account.take(now, cost, left) === "taken") return SPENT;
    const wait = account.waitMs(now, cost + before, left);
    return { granted: false, reason: `${name} is empty`, retryAfterMs: finite(wait) };
  }

  async acquire(cost = 1, request?: GateWait): Promise<Permit> {
    request?.signal?.throwIfAborted();
    const answer = this.tryAcquire(cost, request);
    if (answer.granted) return answer;
    if (this.isImpossible(cost, this.leftFor(rankOf(request)))) throw new GateRejectedError(answer);
    const permit = this.line.join(cost, request, answer.retryAfterMs);
    this.serve();
    return permit;
  }

  /** Puts tokens into the account, and lets those who wait for them have them. */
  protected put(tokens: number): void {
    this.parts.account.deposit(this.parts.clock.now(), tokens);
    if (this.line.length > 0) this.serve();
  }

  /** Gives those who wait what there is, and sets the alarm for the next of them. */
  private serve(): void {
    const { account, clock } = this.parts;
    for (let next = this.line.first(); next !== undefined; next = this.line.first()) {
      const now = clock.now();
      const left = this.leftFor(next.rank);
      if (account.take(now, next.cost, left) === "short") {
        const wait = account.waitMs(now, next.cost, left);
        if (Number.isFinite(wait)) this.alarm.set(wait);
        else this.alarm.clear(); // only a deposit helps
        return;
      }
      this.line.admit(SPENT);
    }
    this.alarm.clear();
  }

  private leftFor(rank: number): number {
    return this.parts.reserved[rank] ?? 0;
  }

  private isImpossible(cost: number, left: number): boolean {
    return cost > this.parts.capacity - left;
  }

  private never(cost: number, left: number): Rejected {
    const { name, capacity } = this.parts;
    const kept = left === 0 ? "" : `, of which ${left} are kept for what is more critical`;
    const reason = `${name} never grants ${cost} tokens at once: it holds ${capacity}${kept}`;
    return { granted: false, reason, retryAfterMs: undefined };
  }
}

/** Tokens are spent by being taken; only time brings them back, so one permit serves all. */
const SPENT: Permit = Object.freeze({ granted: true, release: () => {} } as const);

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}

function rethrow(error: unknown): never {
  throw error;
}
