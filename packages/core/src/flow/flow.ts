// Flow: the publisher that all our sources and operators return. It delegates: building a pipe only links
// nodes, subscribing connects them (kit/), the ends of pipelines stand in sink/.

import { assemble } from "../kit/assembly.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageLink } from "../kit/stage.js";
import { Connectable, type StageSubscriber } from "../kit/stage-subscriber.js";
import { forEach } from "../sink/for-each.js";
import type { InboxOptions } from "../sink/inbox.js";
import { reduce } from "../sink/reduce.js";
import { subscribe } from "../sink/subscribe.js";
import { toArray } from "../sink/to-array.js";
import { toAsyncIterable } from "../sink/to-async-iterable.js";
import { describe } from "../spec/describe.js";
import type { Publisher, Subscriber } from "../spec/publisher.js";

/** A function from flow to flow: what `pipe` takes. `from` makes a flow of any other publisher. */
export type Operator<T, R> = (upstream: Flow<T>) => Flow<R>;

/** What every call that subscribes takes. */
export interface SubscribeOptions {
  /** Cancels the subscription when it aborts; calls that return a promise reject with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A publisher with the operators and ends of a pipeline: items flow down only as they are asked for.
 *
 * A flow is a description. Nothing runs until it is subscribed, and each subscription runs anew (§1.10).
 *
 * @example
 * ```ts
 * import { filter, map, range } from "@sluice/core";
 * const squares = range(1, 10).pipe(map((n) => n * n), filter((n) => n % 2 === 0));
 * console.log(await squares.toArray()); // prints [ 4, 16, 36, 64, 100 ]
 * ```
 */
export abstract class Flow<T> extends Connectable<T> implements Publisher<T>, AsyncIterable<T> {
  /** Connects a stage of ours, with no per-item stage in between. */
  override connect(downstream: StageSubscriber<T>): void {
    assemble(this, downstream as StageSubscriber<unknown>);
  }

  /**
   * Connects a run of per-item stages, and downstream behind it. A synchronous source runs them in its own loop
   * (flow/indexed-flow.ts), any other puts a stage between (flow/connected-flow.ts).
   */
  abstract connectRun(stages: StageLink | undefined, downstream: StageSubscriber<unknown>): void;

  /**
   * Subscribes: `onSubscribe` comes at once, items as they are requested.
   *
   * *Errors:* throws a `TypeError` for a missing subscriber (§1.9), nothing else. What the subscriber throws
   * cancels its subscription and is reported as uncaught (§2.13). *Cancel:* by the subscription, or by `signal`.
   *
   * @example
   * ```ts
   * import { range, type Subscription } from "@sluice/core";
   * let credit: Subscription;
   * range(1, 3).subscribe({
   *   onSubscribe: (subscription) => {
   *     credit = subscription;
   *     credit.request(1);
   *   },
   *   onNext: (item) => {
   *     console.log("got", item);
   *     credit.request(1);
   *   },
   *   onError: (error) => console.error(error),
   *   onComplete: () => console.log("complete"),
   * });
   * // prints got 1
   * // prints got 2
   * // prints got 3
   * // prints complete
   * ```
   */
  subscribe(subscriber: Subscriber<T>, options?: SubscribeOptions): void {
    subscribe(this, subscriber, options?.signal);
  }

  /** Sends this flow through operators, first to last. */
  pipe(): Flow<T>;
  pipe<A>(a: Operator<T, A>): Flow<A>;
  pipe<A, B>(a: Operator<T, A>, b: Operator<A, B>): Flow<B>;
  pipe<A, B, C>(a: Operator<T, A>, b: Operator<A, B>, c: Operator<B, C>): Flow<C>;
  pipe<A, B, C, D>(a: Operator<T, A>, b: Operator<A, B>, c: Operator<B, C>, d: Operator<C, D>): Flow<D>;
  pipe<A, B, C, D, E>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
  ): Flow<E>;
  pipe<A, B, C, D, E, F>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
    f: Operator<E, F>,
  ): Flow<F>;
  pipe<A, B, C, D, E, F, G>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
    f: Operator<E, F>,
    g: Operator<F, G>,
  ): Flow<G>;
  pipe<A, B, C, D, E, F, G, H>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
    f: Operator<E, F>,
    g: Operator<F, G>,
    h: Operator<G, H>,
    ...more: Operator<H, H>[]
  ): Flow<H>;
  pipe(...operators: Operator<never, unknown>[]): Flow<unknown> {
    let flow: Flow<unknown> = this;
    for (const operator of operators) {
      requireFunction("pipe", operator);
      flow = operator(flow as Flow<never>); // the overloads hold the types
    }
    return flow;
  }

  /** `for await (const item of flow)`: see `values`, with a prefetch of 256. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this.values();
  }

  /**
   * The items as an async iterable; leaving the loop cancels.
   *
   * *Demand:* `prefetch` at first, then as many again whenever three quarters have been taken. *Buffers:*
   * `prefetch` items, and as many calls of `next` that wait. *Errors:* after the items before it, `next`
   * rejects once. *Cancel:* `return()`, or the signal: `next` then rejects with its reason.
   *
   * @example
   * ```ts
   * import { range } from "@sluice/core";
   * for await (const n of range(1, 9).values({ prefetch: 2 })) {
   *   console.log(n); // prints 1
   *   break;
   * }
   * ```
   */
  values(options?: InboxOptions): AsyncIterableIterator<T> {
    return toAsyncIterable(this, options);
  }

  /**
   * All items in an array, when the flow completes.
   *
   * *Demand:* unbounded. *Buffers:* the result, so bound an endless flow by `take` first. *Errors:* rejects
   * with the flow's error. *Cancel:* by the signal; rejects with its reason.
   *
   * @example
   * ```ts
   * import { range } from "@sluice/core";
   * console.log(await range(1, 3).toArray()); // prints [ 1, 2, 3 ]
   * ```
   */
  toArray(options?: SubscribeOptions): Promise<T[]> {
    return toArray(this, options?.signal);
  }

  /**
   * Calls `consume` for each item, one after the other; an answer that is a promise is awaited first.
   *
   * *Demand:* `prefetch` (default 256), then as many again whenever three quarters are consumed. *Buffers:*
   * `prefetch` items while `consume` is busy. *Errors:* rejects with the flow's error, or with what `consume`
   * threw, which cancels the flow. *Cancel:* by the signal; rejects with its reason.
   *
   * @example
   * ```ts
   * import { of } from "@sluice/core";
   * await of("a").forEach(async (letter) => console.log(letter)); // prints a
   * ```
   */
  forEach(consume: (item: T) => unknown, options?: InboxOptions): Promise<void> {
    return forEach(this, consume, options);
  }

  /**
   * Combines all items into one, from `seed` on.
   *
   * *Demand:* unbounded. *Buffers:* the accumulator. *Errors:* rejects with the flow's error, or with what
   * `combine` threw, which cancels the flow. *Cancel:* by the signal; rejects with its reason.
   *
   * @example
   * ```ts
   * import { range } from "@sluice/core";
   * console.log(await range(1, 4).reduce((sum, n) => sum + n, 0)); // prints 10
   * ```
   */
  reduce<R>(combine: (accumulator: R, item: T) => R, seed: R, options?: SubscribeOptions): Promise<R> {
    return reduce(this, combine, seed, options?.signal);
  }
}

/**
 * Returns `upstream` if it is a flow, throws a `TypeError` that names the operator otherwise.
 *
 * @example
 * ```ts
 * import { requireFlow } from "@sluice/core/kit";
 * import { empty } from "@sluice/core";
 * requireFlow(empty(), "my operator");
 * ```
 */
export function requireFlow<T>(upstream: Flow<T>, operator: string): Flow<T> {
  if (upstream instanceof Flow) return upstream;
  throw new TypeError(`Cannot apply ${operator} to ${describe(upstream)}: it takes a Flow; from() makes one`);
}
