import { checkOptions } from "../kit/check-options.js";
import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { MergeEngine } from "../kit/merge-engine.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from, type ItemOf } from "../source/from.js";

/** How `mergeMap` runs its sources. */
export interface MergeMapOptions {
  /** How many sources may run at once, an integer >= 1; default 16. */
  readonly concurrency?: number | undefined;
  /** Items asked of each source ahead of demand, an integer >= 1; default 64. */
  readonly prefetch?: number | undefined;
}

/**
 * Makes a source of each item and sends the items of several sources as they come.
 *
 * An item is sent at once while none waits. Where items wait because demand is scarce, the sources take turns, one
 * item each; a synchronous source gives way to the others after `prefetch` items.
 *
 * *Demand:* `concurrency` of upstream, then 1 for each source that ends; of each source `prefetch`, then as many as
 * were sent on whenever those are three quarters. *Buffers:* at most `prefetch` items of each source that runs.
 * *Errors:* the first error, of upstream, of a source or of `make`, ends the stream at once and cancels the others.
 * *Cancel:* all sources, then upstream.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { mergeMap, of, range } from "@sluice/core";
 * const tens = of(10, 20).pipe(mergeMap((n) => range(n, 2), { concurrency: 2 }));
 * console.log(await tens.toArray()); // prints [ 10, 11, 20, 21 ]
 * ```
 */
export function mergeMap<T, R>(make: (item: T) => FlowInput<R>, options?: MergeMapOptions): Operator<T, R>;
/** Also where `make` returns sources of different items. */
export function mergeMap<T, S extends FlowInput<unknown>>(
  make: (item: T) => S,
  options?: MergeMapOptions,
): Operator<T, ItemOf<S>>;
export function mergeMap<T, R>(make: (item: T) => FlowInput<R>, options?: MergeMapOptions): Operator<T, R> {
  requireFunction("mergeMap", make);
  checkOptions("mergeMap", options);
  const concurrency = checkCapacity("mergeMap", options?.concurrency ?? 16, 1, "concurrency");
  const prefetch = checkCapacity("mergeMap", options?.prefetch ?? 64, 1, "prefetch");
  const makeFlow = (item: T) => from(make(item));
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<R>) =>
        new MergeEngine(downstream, "mergeMap", makeFlow, concurrency, prefetch),
      { name: "mergeMap", settings: { concurrency, prefetch } },
    );
}
