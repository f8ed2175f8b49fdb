// The rank of a stream, as OPEN and URGENCY carry it: which one goes first, and which one is given up first.
//
//   rank  varint   urgency 0 (first) to 7 (last), plus 8 x criticality 0 (sheddable) to 3 (criticalPlus)
//
// Urgency orders streams that could all be sent (RFC 9218 §4.1); criticality says which work is refused or
// ended when there is not enough for all (the four levels of Google's SRE book, chapter 21).

import type { Criticality } from "@sluice/core";
import type { Reader } from "../byte/reader.js";
import { LAST_URGENCY } from "../limits.js";
import { malformed } from "../protocol-error.js";

/** Urgency and criticality of a stream whose opener says nothing. */
export const DEFAULT_URGENCY = 3;
export const DEFAULT_CRITICALITY: Criticality = "critical";

/** The number on the wire. */
export function rankOf(urgency: number, criticality: Criticality): number {
  return urgency + URGENCIES * CRITICALITIES.indexOf(criticality);
}

/** Reads a rank; `rule` is the section of the frame that has it. */
export function readRank(
  reader: Reader,
  what: string,
  rule: string,
): { readonly urgency: number; readonly criticality: Criticality } {
  const rank = reader.varint(what);
  const criticality = CRITICALITIES[Math.floor(rank / URGENCIES)];
  if (criticality === undefined) {
    const last = URGENCIES * CRITICALITIES.length - 1;
    throw malformed(`Cannot read ${what} ${rank}: 0 to ${last} are known`, rule);
  }
  return { urgency: rank % URGENCIES, criticality };
}

/** Throws a RangeError for what cannot be sent as a rank. */
export function checkRank(urgency: number, criticality: Criticality): void {
  if (!Number.isInteger(urgency) || urgency < 0 || urgency > LAST_URGENCY) {
    throw new RangeError(
      `Cannot set the urgency to ${urgency}: it must be an integer from 0 (first) to ${LAST_URGENCY} (last)`,
    );
  }
  if (!CRITICALITIES.includes(criticality)) {
    throw new RangeError(
      `Cannot set the criticality to ${String(criticality)}: it must be one of ${CRITICALITIES.join(", ")}`,
    );
  }
}

/** All levels, in the order of their numbers. */
export const CRITICALITIES: readonly Criticality[] = [
  "sheddable",
  "sheddablePlus",
  "critical",
  "criticalPlus",
];

const URGENCIES: number = LAST_URGENCY + 1;
