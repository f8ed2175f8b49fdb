import type { Operator } from "../flow/flow.js";
import { flowOfStage } from "../flow/stage-flow.js";
import { type Stage, TAKE } from "../kit/stage.js";
import { describe } from "../spec/describe.js";

/**
 * Sends the first `count` items, then cancels upstream and completes.
 *
 * *Demand:* n, but never more outstanding than it still lets through; `take(0)` requests nothing. *Buffers:*
 * nothing. *Errors:* passed on. *Cancel:* passed on.
 *
 * @param count how many, an integer >= 0; a `RangeError` is thrown at the call for anything else
 *
 * @example
 * ```ts
 * import { range, take } from "@sluice/core";
 * console.log(await range(1, 1_000_000).pipe(take(2)).toArray()); // prints [ 1, 2 ]
 * ```
 */
export function take<T>(count: number): Operator<T, T> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot take ${describe(count)} items: it must be an integer >= 0`);
  }
  // What a take is and does per item stands with its kin in kit/fused-run.ts.
  const stage: Stage = { kind: TAKE, name: "take", fn: undefined, state: count };
  return (upstream) => flowOfStage(upstream, stage);
}
