import { checkOptions } from "../kit/check-options.js";
import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { MergeEngine } from "../kit/merge-engine.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from, fromEach } from "../source/from.js";

/** How `merge` reads its sources. */
export interface MergeOptions {
  /** How many sources may run at once, an integer >= 1; default: all of them. */
  readonly concurrency?: number | undefined;
  /** Items asked of each source ahead of demand, an integer >= 1; default 64. */
  readonly prefetch?: number | undefined;
}

/**
 * Sends the items of several sources as they come; completes when all have.
 *
 * An item is sent at once while none waits. Where items wait because demand is scarce, the sources take turns, one
 * item each; a synchronous source gives way to the others after `prefetch` items.
 *
 * *Demand:* of each source that runs `prefetch`, then as many as were sent on whenever those are three quarters.
 * *Buffers:* at most `prefetch` items of each source that runs. *Errors:* the first one ends the stream at once and
 * cancels the other sources. *Cancel:* all sources.
 *
 * @param sources an array of anything that `from` takes
 *
 * @example
 * ```ts
 * import { merge, of, range } from "@sluice/core";
 * console.log(await merge([range(1, 2), of("a")]).toArray()); // prints [ 1, 2, 'a' ]
 * ```
 */
export function merge<A extends readonly unknown[]>(
  sources: { readonly [K in keyof A]: FlowInput<A[K]> },
  options?: MergeOptions,
): Flow<A[number]> {
  const flows = fromEach("merge", sources);
  checkOptions("merge", options);
  const concurrency = checkCapacity(
    "merge",
    options?.concurrency ?? Math.max(1, flows.length),
    1,
    "concurrency",
  );
  const prefetch = checkCapacity("merge", options?.prefetch ?? 64, 1, "prefetch");
  const itself = (flow: Flow<unknown>): Flow<unknown> => flow;
  return flowOf(
    from(flows),
    (downstream: StageSubscriber<unknown>) =>
      new MergeEngine(downstream, "merge", itself, concurrency, prefetch),
    { name: "merge", settings: { concurrency, prefetch }, upstreams: flows },
  ) as Flow<A[number]>;
}
