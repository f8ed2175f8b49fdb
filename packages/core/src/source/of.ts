import type { Flow } from "../flow/flow.js";
import { IndexedFlow } from "../flow/indexed-flow.js";

/**
 * Sends its arguments.
 *
 * *Demand:* sends as many as requested. *Buffers:* nothing. *Errors:* none. *Cancel:* stops at once.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * console.log(await of("a", "b").toArray()); // prints [ 'a', 'b' ]
 * ```
 */
export function of<T>(...items: T[]): Flow<T> {
  return new IndexedFlow<T>(items, 0, 0);
}
