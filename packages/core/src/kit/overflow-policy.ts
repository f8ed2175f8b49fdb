// What a source that cannot be slowed does with an item that nobody has asked for, as a value that its caller has to
// give. `policy` makes them (policy/policy.ts).

import { describe } from "../spec/describe.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * The choice that a hot source asks for: made by `policy.buffer(..)`, `policy.latest()`, `policy.drop()`,
 * `policy.error()`, `policy.shed(..)` or `policy.conflate(..)`.
 *
 * `R`: what downstream is sent, where that is something else than the items which come (`policy.conflate`).
 */
export interface OverflowPolicy<T, R = T> {
  /** As it was made: `buffer`, `drop`, `latest`, `error`, `shed`, `conflate`. */
  readonly name: string;
  /** The most items that it holds. */
  readonly capacity: number;
  /**
   * For authors of sources, once for each subscription: the stage to put before `downstream`. Give it a
   * subscription, which it asks for everything, then signal items as they come, also from within one another.
   *
   * @param place the name of the source, for messages
   */
  open(downstream: StageSubscriber<R>, place: string): StageSubscriber<T>;
}

/**
 * Throws the `TypeError` of a `place` that was given no policy.
 *
 * @example
 * ```ts
 * import { policy } from "@sluice/core";
 * import { checkPolicy } from "@sluice/core/kit";
 * checkPolicy("mySource", policy.latest());
 * ```
 */
export function checkPolicy(place: string, policy: OverflowPolicy<never, unknown>): void {
  if (typeof policy?.open === "function") return;
  throw new TypeError(
    `Cannot give ${place} the policy ${describe(policy)}: choose policy.buffer(), policy.latest(), policy.drop(), policy.error(), policy.shed() or policy.conflate()`,
  );
}
