// The four grades of criticality as indices, for accounts and lines that keep something for each.

import type { Criticality, GateRequest } from "@sluice/core";

/** What is given up first stands first. */
export const CRITICALITIES: readonly Criticality[] = [
  "sheddable",
  "sheddablePlus",
  "critical",
  "criticalPlus",
];

/** 0 (given up first) to 3; `critical` for a request that says nothing. */
export function rankOf(request: GateRequest | undefined): number {
  const { criticality = "critical" } = request ?? {};
  const rank = CRITICALITIES.indexOf(criticality);
  if (rank >= 0) return rank;
  throw new TypeError(
    `Cannot rank ${JSON.stringify(criticality)}: it must be one of ${CRITICALITIES.join(", ")}`,
  );
}
