import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { BatchSubscriber } from "../kit/batch-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/** How `batch` merges. */
export interface BatchOptions<T, R> {
  /** Makes a value of its first item. */
  readonly seed: (item: T) => R;
  /** Makes a value of the one that waits and another item. */
  readonly merge: (value: R, item: T) => R;
  /** The most items of one value, or the most that they weigh together; an integer >= 1. */
  readonly max: number;
  /** What an item weighs, a number >= 0. One that weighs more than `max` is a value of its own. Default: 1. */
  readonly weigh?: ((item: T) => number) | undefined;
}

/**
 * Merges the items that wait for demand into one value, up to a bound: a slow consumer gets fewer, larger values, a
 * fast one each item by itself.
 *
 * *Demand:* `max` at first, then more whenever there is room for three quarters of that; with `weigh` one item at a
 * time. *Buffers:* one value, of `max` items or of a weight of `max`; with `weigh` also one item that did not fit.
 * *Errors:* at once, also what a function throws; what waits is dropped. *Cancel:* passed on; drops what waits.
 *
 * @example
 * ```ts
 * import { batch, range } from "@sluice/core";
 * const joined = batch({ seed: (n: number) => [n], merge: (list, n) => [...list, n], max: 3 });
 * for await (const list of range(1, 5).pipe(joined).values({ prefetch: 1 })) console.log(list);
 * // prints [ 1 ]
 * // prints [ 2, 3 ]
 * // prints [ 4, 5 ]
 * ```
 */
export function batch<T, R>(options: BatchOptions<T, R>): Operator<T, R> {
  const { seed, merge, max, weigh } = options ?? {};
  requireFunction("batch", seed);
  requireFunction("batch", merge);
  if (weigh !== undefined) requireFunction("batch", weigh);
  checkCapacity("batch max", max, 1);
  const rules = { seed, merge, max, weigh };
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new BatchSubscriber(downstream, "batch", rules), {
      name: "batch",
      settings: { max, weighed: weigh !== undefined },
    });
}
