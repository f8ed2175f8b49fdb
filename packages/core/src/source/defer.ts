import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { fail } from "../kit/ended.js";
import { requireFunction } from "../kit/require-function.js";
import { type FlowInput, from } from "./from.js";

/**
 * Makes its source anew for each subscriber, when it subscribes.
 *
 * *Demand:* that of the source made. *Buffers:* nothing. *Errors:* what `make` throws becomes `onError`.
 * *Cancel:* that of the source made.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { defer } from "@sluice/core";
 * let opened = 0;
 * const numbered = defer(() => [++opened]);
 * console.log(await numbered.toArray(), await numbered.toArray()); // prints [ 1 ] [ 2 ]
 * ```
 */
export function defer<T>(make: () => FlowInput<T>): Flow<T> {
  requireFunction("defer", make);
  return flowFrom<T>(
    (downstream) => {
      let source: Flow<T>;
      try {
        source = from(make());
      } catch (thrown) {
        fail(downstream, asError(thrown, "defer"));
        return;
      }
      source.connect(downstream);
    },
    { name: "defer" },
  );
}
