// The check of the gate that a call, a stream or an entrance is given.

import type { Gate } from "@sluice/core";
import { describe } from "@sluice/core/kit";

/** Throws the `TypeError` of a `place` that was given something else than a gate. */
export function requireGate(place: string, gate: Gate): void {
  if (typeof gate?.tryAcquire === "function" && typeof gate.acquire === "function") return;
  throw new TypeError(
    `Cannot ${place} with ${describe(gate)}: it takes a gate, with tryAcquire() and acquire()`,
  );
}
