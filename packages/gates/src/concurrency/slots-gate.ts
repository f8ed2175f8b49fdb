// A gate whose credit are places for work under way: what a bulkhead and an adaptive limit have in common.

import type { PermitOutcome, Rejected } from "@sluice/core";
import type { GrantedPermit } from "../gate/granted-permit.js";
import { PolicyGate } from "../gate/policy-gate.js";
import { Slots } from "./slots.js";
import type { WaitingSettings } from "./waiting-options.js";

/** Only a release helps who waits: time brings no places. */
export abstract class SlotsGate<
  S extends WaitingSettings,
  P extends GrantedPermit = GrantedPermit,
> extends PolicyGate<S, P> {
  protected readonly slots: Slots = new Slots();

  /** The cost of all permits that are out. */
  get inUse(): number {
    return this.slots.used;
  }

  override get isIdle(): boolean {
    return this.slots.held === 0 && super.isIdle;
  }

  protected override refusal(): Rejected {
    return this.settings.full;
  }

  protected override wakeMs(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected override settled({ cost }: P, _outcome: PermitOutcome): void {
    this.slots.give(cost);
  }
}
