import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { complete } from "../kit/ended.js";

/**
 * Completes at once, without waiting for demand.
 *
 * *Demand:* needs none. *Buffers:* nothing. *Errors:* none. *Cancel:* nothing to release.
 *
 * @example
 * ```ts
 * import { empty } from "@sluice/core";
 * console.log(await empty().toArray()); // prints []
 * ```
 */
export function empty<T = never>(): Flow<T> {
  return flowFrom<T>(complete, { name: "empty" });
}
