// The check of the signal that the caller gives.

import { describe } from "../spec/describe.js";

/**
 * Throws the `TypeError` of a `place` whose signal is none, before anything was begun.
 *
 * @example
 * ```ts
 * import { checkSignal } from "@sluice/core/kit";
 * checkSignal("mySink", new AbortController().signal);
 * ```
 */
export function checkSignal(place: string, signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.addEventListener === "function") return;
  throw new TypeError(`Cannot give ${place} the signal ${describe(signal)}: it must be an AbortSignal`);
}
