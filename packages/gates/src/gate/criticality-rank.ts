// The four grades of criticality as indices, for accounts and lines that keep something for each.

import type { Criticality, GateRequest } from "@sluice/core";
import { describe } from "@sluice/core/kit";

/**
 * What is given up first stands first.
 *
 * @example
 * ```ts
 * import { CRITICALITIES } from "@sluice/gates/kit";
 * console.log(CRITICALITIES.join(" < ")); // prints sheddable < sheddablePlus < critical < criticalPlus
 * ```
 */
export const CRITICALITIES: readonly Criticality[] = [
  "sheddable",
  "sheddablePlus",
  "critical",
  "criticalPlus",
];

/**
 * 0 (given up first) to 3; `critical` for a request that says nothing. Throws a `TypeError` for what is no criticality.
 *
 * @example
 * ```ts
 * import { rankOf } from "@sluice/gates/kit";
 * console.log(rankOf({ criticality: "sheddable" }), rankOf(undefined)); // prints 0 2
 * ```
 */
export function rankOf(request: GateRequest | undefined): number {
  // A switch: this is asked for each permit, mostly about nothing.
  switch (request?.criticality) {
    case undefined:
    case "critical":
      return 2;
    case "sheddable":
      return 0;
    case "sheddablePlus":
      return 1;
    case "criticalPlus":
      return 3;
    default:
      throw new TypeError(
        `Cannot rank ${describe(request?.criticality)}: it must be one of ${CRITICALITIES.join(", ")}`,
      );
  }
}
