// Two orders in one class: what differs is only when a call takes its place in the ring, ordered from the start, else
// when its result is there.

import { checkCapacity, Ring } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import { SerialLoop } from "../kit/serial-loop.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { isThenable } from "../kit/thenable.js";
import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";

/** How `mapAsync` runs its calls. */
export interface MapAsyncOptions {
  /** How many calls may be under way or wait with their result, an integer >= 1; default 16. */
  readonly concurrency?: number | undefined;
  /** `true` (default): results in the order of their items; `false`: each as soon as it is there. */
  readonly ordered?: boolean | undefined;
}

/** What each call is given beside its item. */
export interface MapAsyncContext {
  /** Aborts when the stream is cancelled or fails, so that work which nobody wants can stop. */
  readonly signal: AbortSignal;
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
export function mapAsync<T, R>(
  transform: (item: T, context: MapAsyncContext) => PromiseLike<R> | R,
  options?: MapAsyncOptions,
): Operator<T, R> {
  requireFunction("mapAsync", transform);
  const concurrency = checkCapacity("mapAsync", options?.concurrency ?? 16, 1);
  const ordered = options?.ordered ?? true;
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<R>) => new MapAsync(downstream, transform, concurrency, ordered),
      { name: "mapAsync", settings: { concurrency, ordered } },
    );
}

/** A call, from its start until its result is sent on. */
interface Call<R> {
  isSettled: boolean;
  result: R | undefined;
}

class MapAsync<T, R> extends OperatorSubscriber<T, R> implements MapAsyncContext {
  private readonly transform: (item: T, context: MapAsyncContext) => PromiseLike<R> | R;
  private readonly concurrency: number;
  private readonly ordered: boolean;
  /** Ordered: all calls, oldest first. As ready: the settled ones. */
  private readonly calls: Ring<Call<R>>;
  /** Taken from `calls`, and next to be sent. */
  private oldest: Call<R> | undefined = undefined;
  private readonly loop: SerialLoop;
  /** Calls under way and results that wait. */
  private held = 0;
  private demand = 0;
  private emitted = 0;
  /** Places that have become free since upstream was last asked. */
  private freed = 0;
  private upstreamCompleted = false;
  private controller: AbortController | undefined = undefined;

  constructor(
    downstream: StageSubscriber<R>,
    transform: (item: T, context: MapAsyncContext) => PromiseLike<R> | R,
    concurrency: number,
    ordered: boolean,
  ) {
    super(downstream);
    this.transform = transform;
    this.concurrency = concurrency;
    this.ordered = ordered;
    this.calls = new Ring(concurrency);
    this.loop = new SerialLoop(() => this.sendSettled());
  }

  /** Made when a call first looks at it: most do not, and an AbortController costs as much as the call. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.done) this.controller.abort();
    return this.controller.signal;
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(this.concurrency);
  }

  next(item: T): boolean {
    if (this.done) return false;
    const call: Call<R> = { isSettled: false, result: undefined };
    this.held++;
    if (this.ordered) this.calls.push(call);
    let answer: PromiseLike<R> | R;
    let pending: PromiseLike<R> | undefined;
    try {
      answer = this.transform(item, this);
      pending = isThenable(answer) ? answer : undefined; // in here: a getter of `then` may throw
    } catch (thrown) {
      this.fail(asError(thrown, "mapAsync"));
      return false;
    }
    if (pending === undefined) this.settle(call, answer as R);
    else {
      Promise.resolve(pending).then(
        (result) => this.settle(call, result),
        (reason: unknown) => this.refuse(reason),
      );
    }
    return true;
  }

  override onComplete(): void {
    this.upstreamCompleted = true;
    this.loop.run();
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.loop.run();
  }

  protected override onEnd(): void {
    this.calls.clear();
    this.oldest = undefined;
    this.controller?.abort();
  }

  private settle(call: Call<R>, result: R): void {
    if (this.done) return;
    call.isSettled = true;
    call.result = result;
    if (!this.ordered) this.calls.push(call);
    this.loop.run();
  }

  /** After the end a rejection is the answer to our own abort, or of a call that nobody waits for. */
  private refuse(reason: unknown): void {
    if (!this.done) this.fail(asError(reason, "mapAsync"));
  }

  private sendSettled(): void {
    const { calls } = this;
    while (!this.done && this.emitted < this.demand) {
      if (this.oldest === undefined && !calls.isEmpty) this.oldest = calls.shift();
      if (!this.oldest?.isSettled) break;
      const { result } = this.oldest;
      this.oldest = undefined;
      this.held--;
      this.freed++;
      if (this.downstream.next(result as R)) this.emitted++; // settled: there is a result, if only undefined
    }
    if (this.done) return;
    if (this.upstreamCompleted) {
      if (this.held === 0) {
        this.controller = undefined; // all went well: a result, such as a response, may still use its signal
        this.endWithComplete();
      }
    } else if (this.freed > 0) {
      const n = this.freed;
      this.freed = 0;
      this.upstream.request(n);
    }
  }
}
