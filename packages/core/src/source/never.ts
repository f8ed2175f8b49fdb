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
 * const waiting = never().toArray({ signal: AbortSignal.timeout(5) });
 * await waiting.catch((error) => console.log(error.name)); // prints TimeoutError
 * ```
 */
export function never<T = never>(): Flow<T> {
  return flowFrom<T>((downstream) => downstream.onSubscribe(NEVER_SUBSCRIPTION));
}
