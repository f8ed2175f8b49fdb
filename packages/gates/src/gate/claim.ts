// How one waits for several gates at once, without holding the permit of one while he waits for another: the gate that
// he waits at asks him the moment that it has a permit for him, and he takes the others in that moment, or does not
// want this one. Without it three who wait for two gates can hand each other single permits for ever.

import type { GateWait, Permit } from "@sluice/core";

/** A request to wait by who needs more than this gate's permit. */
export interface ClaimingWait extends GateWait {
  /**
   * Asked once, when the permit is there. `true`: he has all he needs. `false`: he does not, and has given this one
   * back; his promise rejects with `NOT_CLAIMED`. Must not throw. A gate that knows nothing of it grants as ever.
   */
  readonly claim?: ((permit: Permit) => boolean) | undefined;
}

export const NOT_CLAIMED: unique symbol = Symbol("not claimed");

export function claimOf(request: GateWait | undefined): ClaimingWait["claim"] {
  return (request as ClaimingWait | undefined)?.claim;
}
