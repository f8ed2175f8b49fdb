// A gate over an account of tokens: token bucket and retry budget are this, with different incomes. The gate is its own
// account, two numbers, so that a bucket for each of a million clients stays small.

import type { Rejected, RejectionCause } from "@sluice/core";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSettings, PolicyGate } from "../gate/policy-gate.js";
import type { TokenAccount, TokenLaw } from "./token-account.js";

/** What gates of this kind that are made alike share. */
export interface AccountSettings extends GateSettings {
  readonly law: TokenLaw;
  readonly initial: number;
  /** Tokens that are kept from each criticality, least critical first; none is kept more from than the one before. */
  readonly reserved: readonly number[];
  readonly cause: RejectionCause;
}

/** Releasing a permit gives nothing back: tokens are spent by being taken. Only `undo` does. */
export class AccountGate<S extends AccountSettings = AccountSettings>
  extends PolicyGate<S>
  implements TokenAccount
{
  debt: number;
  at: number;

  constructor(settings: S) {
    super(settings);
    // Doubles from the first, of the magnitude that they will have: an object whose shape changes later is larger.
    this.debt = 0.5;
    this.at = 0.5;
    settings.law.open(this, settings.initial, settings.clock.now());
  }

  get available(): number {
    return this.settings.law.available(this, this.now());
  }

  protected override take(now: number, cost: number, rank: number): GrantedPermit | undefined {
    const { law } = this.settings;
    return law.take(this, now, cost, this.keptFrom(rank)) === "taken"
      ? new GrantedPermit(this, cost)
      : undefined;
  }

  protected override refusal(now: number, cost: number, ahead: number, rank: number): Rejected {
    const ms = this.wakeMs(now, cost + ahead, rank);
    return {
      granted: false,
      reason: `${this.name} is empty`,
      retryAfterMs: ms < Number.POSITIVE_INFINITY ? ms : undefined,
      cause: this.settings.cause,
    };
  }

  protected override most(rank: number): number {
    return this.settings.law.capacity - this.keptFrom(rank);
  }

  protected override wakeMs(now: number, cost: number, rank: number): number {
    return this.settings.law.waitMs(this, now, cost, this.keptFrom(rank));
  }

  protected override undone({ cost }: GrantedPermit): void {
    this.put(cost);
  }

  protected override details(): object {
    return { available: this.available, capacity: this.settings.law.capacity };
  }

  /** Puts tokens into the account. */
  protected put(tokens: number): void {
    this.settings.law.deposit(this, this.now(), tokens);
  }

  protected keptFrom(rank: number): number {
    return this.settings.reserved[rank] ?? 0;
  }
}
