// Two orders in one class: what differs is only when a call takes its place in the ring, ordered from the start, else
// when its result is there.

import { checkOptions } from "../kit/check-options.js";
import { checkCapacity, Ring } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { AsyncCalls, type AsyncFunction, type Call } from "../kit/async-calls.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/** How `mapAsync` runs its calls. */
export interface MapAsyncOptions {
  /** How many calls may be under way or wait with their result, an integer >= 1; default 16. */
  readonly concurrency?: number | undefined;
  /** `true` (default): results in the order of their items; `false`: each as soon as it is there. */
  readonly ordered?: boolean | undefined;
}

/**
 * Calls an asynchronous function for each item, several at a time, and sends the results.
 *
 * *Demand:* `concurrency` at first, then one for each result sent on: a slow consumer slows the calls.
 * *Buffers:* calls under way plus results that wait, together at most `concurrency`. *Errors:* a rejection, a
 * throw or an error of upstream ends the stream at once and aborts the other calls; results that wait are dropped.
 * *Cancel:* upstream at once, and aborts `signal`; what the calls still return or throw is ignored.
 *
 * @param transform may return a promise or a plain value
 *
 * @example
 * ```ts
 * import { mapAsync, range } from "@sluice/core";
 * const load = async (id: number) => `user ${id}`;
 * console.log(await range(1, 2).pipe(mapAsync(load, { concurrency: 2 })).toArray()); // prints [ 'user 1', 'user 2' ]
 * ```
 */
export function mapAsync<T, R>(transform: AsyncFunction<T, R>, options?: MapAsyncOptions): Operator<T, R> {
  requireFunction("mapAsync", transform);
  checkOptions("mapAsync", options);
  const concurrency = checkCapacity("mapAsync", options?.concurrency ?? 16, 1, "concurrency");
  const ordered = options?.ordered ?? true;
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<R>) => new MapAsync(downstream, transform, concurrency, ordered),
      { name: "mapAsync", settings: { concurrency, ordered } },
    );
}

class MapAsync<T, R> extends AsyncCalls<T, R> {
  private readonly ordered: boolean;
  /** Ordered: all calls, oldest first. As ready: the settled ones. */
  private readonly calls: Ring<Call<R>>;
  /** Taken from `calls`, and next to be sent. */
  private oldest: Call<R> | undefined = undefined;

  constructor(
    downstream: StageSubscriber<R>,
    transform: AsyncFunction<T, R>,
    concurrency: number,
    ordered: boolean,
  ) {
    super(downstream, "mapAsync", transform, concurrency);
    this.ordered = ordered;
    this.calls = new Ring(concurrency);
  }

  next(item: T): boolean {
    if (this.done) return false;
    const call = this.spareCall();
    this.held++;
    if (this.ordered) this.calls.push(call);
    return this.start(call, item);
  }

  protected override settled(call: Call<R>): void {
    if (!this.ordered) this.calls.push(call);
  }

  protected override takeSettled(): Call<R> | undefined {
    if (this.oldest === undefined && !this.calls.isEmpty) this.oldest = this.calls.shift();
    const { oldest } = this;
    if (!oldest?.isSettled) return undefined;
    this.oldest = undefined;
    return oldest;
  }

  protected override onEnd(): void {
    super.onEnd();
    this.calls.clear();
    this.oldest = undefined;
  }
}
