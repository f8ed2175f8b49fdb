import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { NEVER_SUBSCRIPTION } from "../kit/ended.js";

/**
 * Gives a subscription and stays silent: no item, no end.
 *
 * *Demand:* takes any, serves none. *Buffers:* nothing. *Errors:* none. *Cancel:* nothing to release.
 *
 * @example
 * ```ts
 * import { never } from "@sluice/core";
 * const patience = new AbortController();
 * const waiting = never().toArray({ signal: patience.signal });
 * patience.abort(new Error("no patience"));
 * await waiting.catch((error) => console.log(error.message)); // prints no patience
 * ```
 */
export function never<T = never>(): Flow<T> {
  return flowFrom<T>((downstream) => downstream.onSubscribe(NEVER_SUBSCRIPTION), { name: "never" });
}
