// The four grades of criticality as indices, for accounts and lines that keep something for each.

import type { Criticality, GateRequest } from "@sluice/core";

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
  const { criticality = "critical" } = request ?? {};
  const rank = CRITICALITIES.indexOf(criticality);
  if (rank >= 0) return rank;
  throw new TypeError(
    `Cannot rank ${JSON.stringify(criticality)}: it must be one of ${CRITICALITIES.join(", ")}`,
  );
}
