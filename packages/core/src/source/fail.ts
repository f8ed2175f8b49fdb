import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { fail as failDownstream } from "../kit/ended.js";

/**
 * Fails at once with the given error, without waiting for demand.
 *
 * *Demand:* needs none. *Buffers:* nothing. *Errors:* the one given. *Cancel:* nothing to release.
 *
 * @example
 * ```ts
 * import { fail } from "@sluice/core";
 * await fail(new Error("no such file")).toArray().catch((error) => console.log(error.message)); // prints no such file
 * ```
 */
export function fail<T = never>(error: unknown): Flow<T> {
  return flowFrom<T>((downstream) => failDownstream(downstream, error), { name: "fail" });
}
