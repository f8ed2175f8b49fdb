import type { Operator } from "../flow/flow.js";
import { flowOfStage } from "../flow/stage-flow.js";
import { requireFunction } from "../kit/require-function.js";
import { type Stage, type StageFunction, TAP } from "../kit/stage.js";

/**
 * Calls `look` with each item and sends the item on as it is.
 *
 * *Demand:* n for n. *Buffers:* nothing. *Errors:* what `look` throws ends the stream at that item and cancels
 * upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of, tap } from "@sluice/core";
 * await of("a", "b").pipe(tap((item) => console.log("saw", item))).toArray();
 * // prints saw a
 * // prints saw b
 * ```
 */
export function tap<T>(look: (item: T) => void): Operator<T, T> {
  requireFunction("tap", look);
  const stage: Stage = { kind: TAP, name: "tap", fn: look as StageFunction, state: undefined };
  return (upstream) => flowOfStage(upstream, stage);
}
