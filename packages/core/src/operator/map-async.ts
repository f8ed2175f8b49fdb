// Two orders in one class: what differs is only when a call takes its place in the ring, ordered from the start, else
// when its result is there.

import { checkOptions } from "../kit/check-options.js";
import { checkCapacity, Ring } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { AsyncCalls, type AsyncFunction, type Call } from "../kit/async-calls.js";
import { checkClock } from "../kit/check-clock.js";
import { checkGate, type GateDemandSettings } from "../kit/gate-demand.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { ClockOptions } from "../spec/clock.js";
import type { Gate } from "../spec/gate.js";

/** How `mapAsync` runs its calls; `clock` is asked only to wait after a refusal of the gate. */
export interface MapAsyncOptions extends ClockOptions {
  /** How many calls may be under way or wait with their result, an integer >= 1; default 16. */
  readonly concurrency?: number | undefined;
  /** `true` (default): results in the order of their items; `false`: each as soon as it is there. */
  readonly ordered?: boolean | undefined;
  /** Grants each call before its item is asked for; hears how it went: resolved or rejected, `"ignored"` when aborted. */
  readonly gate?: Gate | undefined;
}

/**
 * Calls an asynchronous function for each item, several at a time, and sends the results.
 *
 * *Demand:* `concurrency` at first, then one for each result sent on: a slow consumer slows the calls. With a
 * `gate` so many as it grants, as it grants them: an open breaker or an empty bucket asks for nothing. *Buffers:* calls under way plus results that wait, together at most `concurrency`. *Errors:* a rejection, a
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
  const { ordered = true, gate, clock = systemClock } = options ?? {};
  const gated =
    gate === undefined
      ? undefined
      : {
          gate: checkGate("mapAsync", gate),
          cost: 1,
          request: undefined,
          ahead: concurrency,
          clock: checkClock("mapAsync", clock),
        };
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<R>) => new MapAsync(downstream, transform, concurrency, ordered, gated),
      { name: "mapAsync", settings: { concurrency, ordered, gated: gate !== undefined } },
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
    gated: GateDemandSettings | undefined,
  ) {
    super(downstream, "mapAsync", transform, concurrency, gated);
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
