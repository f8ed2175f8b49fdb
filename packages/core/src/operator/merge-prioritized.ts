import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import type { Lane, ReadyLanes } from "../kit/lane.js";
import { MergeEngine } from "../kit/merge-engine.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from, fromEach } from "../source/from.js";
import { describe } from "../spec/describe.js";

/** Who goes first in `mergePrioritized`. */
export interface MergePrioritizedOptions {
  /**
   * One number > 0 for each source: its share of the items while several have items waiting. `"strict"`: the first
   * source in the array that has an item waiting goes first, so those behind it may starve.
   */
  readonly weights: readonly number[] | "strict";
  /** Items asked of each source ahead of demand, an integer >= 1; default 64. */
  readonly prefetch?: number | undefined;
}

/**
 * Merges sources, and gives those with a greater weight a greater share when demand is scarce.
 *
 * With weights nobody starves: of 2 and 1 the first sends two items for each of the second, evenly spread, and one
 * that has nothing waiting leaves its share to the others. With unbounded demand nothing waits, and weights do nothing.
 *
 * *Demand:* of each source `prefetch`, then as many as were sent on whenever those are three quarters. *Buffers:* at
 * most `prefetch` items of each source. *Errors:* the first one ends the stream at once and cancels the other sources;
 * throws a `RangeError` at the call for weights that do not fit. *Cancel:* all sources.
 *
 * @param sources an array of anything that `from` takes
 *
 * @example
 * ```ts
 * import { mergePrioritized, of } from "@sluice/core";
 * const both = mergePrioritized([of("a", "a", "a"), of("B", "B", "B", "B")], { weights: [1, 2] });
 * const letters: string[] = [];
 * for await (const letter of both.values({ prefetch: 1 })) letters.push(letter);
 * console.log(letters.join("")); // prints BaBBaBa
 * ```
 */
export function mergePrioritized<A extends readonly unknown[]>(
  sources: { readonly [K in keyof A]: FlowInput<A[K]> },
  options: MergePrioritizedOptions,
): Flow<A[number]> {
  const flows = fromEach("mergePrioritized", sources);
  const weights = options?.weights;
  if (weights !== "strict") checkWeights(weights, flows.length);
  const concurrency = Math.max(1, flows.length);
  const prefetch = checkCapacity("mergePrioritized", options.prefetch ?? 64, 1);
  return flowOf(
    from(flows),
    (downstream: StageSubscriber<unknown>) =>
      new PrioritizedEngine(downstream, concurrency, prefetch, new RankedLanes(weights)),
    { name: "mergePrioritized", settings: { weights, concurrency, prefetch }, upstreams: flows },
  ) as Flow<A[number]>;
}

class PrioritizedEngine extends MergeEngine<Flow<unknown>, unknown> {
  constructor(
    downstream: StageSubscriber<unknown>,
    concurrency: number,
    prefetch: number,
    ready: ReadyLanes<unknown>,
  ) {
    super(downstream, "mergePrioritized", (flow) => flow, concurrency, prefetch, concurrency, ready);
  }

  /** Not before each source was asked: else the first to be asked would take what demand there is. */
  protected override maySendAtOnce(): boolean {
    return this.ready.isEmpty && this.due.isEmpty;
  }
}

/**
 * Smooth weighted round robin, as in nginx: at each turn every lane that waits gains its weight, the one with most
 * goes, and pays what all have gained. Deterministic, and the turns of a heavy lane are spread, not bunched.
 */
class RankedLanes implements ReadyLanes<unknown> {
  private readonly weights: readonly number[] | "strict";
  /** By index of the source, which is the lane's as well: all are started at once and in order. */
  private waiting: (Lane<unknown> | undefined)[] = [];
  private count = 0;
  private readonly gained: number[] = [];

  constructor(weights: readonly number[] | "strict") {
    this.weights = weights;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  push(lane: Lane<unknown>): void {
    this.waiting[lane.index] = lane;
    this.count++;
  }

  shift(): Lane<unknown> {
    const { waiting, weights, gained } = this;
    let first: Lane<unknown> | undefined;
    let total = 0;
    for (const lane of waiting) {
      if (lane === undefined) continue;
      if (weights !== "strict") {
        const weight = weights[lane.index] as number; // checked: one for each source
        total += weight;
        gained[lane.index] = (gained[lane.index] ?? 0) + weight;
      }
      if (first === undefined || (gained[lane.index] ?? 0) > (gained[first.index] ?? 0)) first = lane;
    }
    const { index } = first as Lane<unknown>; // not empty
    gained[index] = (gained[index] ?? 0) - total;
    waiting[index] = undefined;
    this.count--;
    return first as Lane<unknown>;
  }

  clear(): void {
    this.waiting = [];
    this.count = 0;
  }
}

function checkWeights(weights: readonly number[] | undefined, count: number): void {
  const fits = Array.isArray(weights) && weights.length === count;
  if (fits && weights.every((weight) => Number.isFinite(weight) && weight > 0)) return;
  throw new RangeError(
    `Cannot give mergePrioritized the weights ${describe(weights)}: it takes "strict" or ${count} numbers > 0, one for each source`,
  );
}
