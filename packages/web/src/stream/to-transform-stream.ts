// Operators in the place of a TransformStream.

import type { Flow, Operator, Subscription } from "@sluice/core";
import {
  dropError,
  NEVER_SUBSCRIPTION,
  requireFlow,
  requireFunction,
  type StageSubscriber,
} from "@sluice/core/kit";
import type { TransformPair } from "./through-transform.js";
import { WriteSource } from "./writable-flow.js";

/**
 * Operators as a pair that `pipeThrough` takes, with backpressure as they have it: a filter that drops takes more, a
 * `mapAsync` so many at once, a `batch` as many as it needs.
 *
 * *Demand:* the operators are subscribed at once and asked for one item for each read; a write goes through when they
 * ask for it. *Buffers:* one write that waits, and what the operators hold. *Errors:* an operator's fails both streams; an abort of the writable goes through the operators to
 * the readable. *Cancel:* of the readable: cancels the operators and fails the writable with the reason. Operators that
 * complete by themselves (`take`) close the readable and fail the writable, as `terminate()` does.
 *
 * @example
 * ```ts
 * import { from, map, take } from "@sluice/core";
 * import { toTransformStream } from "@sluice/web";
 * const words = new Blob(["some words"]).stream().pipeThrough(new TextDecoderStream());
 * const shout = toTransformStream(map((text: string) => text.toUpperCase()), take(1));
 * console.log(await from(words.pipeThrough(shout)).toArray()); // prints [ 'SOME WORDS' ]
 * ```
 */
export function toTransformStream<T>(): TransformPair<T, T>;
export function toTransformStream<T, A>(a: Operator<T, A>): TransformPair<T, A>;
export function toTransformStream<T, A, B>(a: Operator<T, A>, b: Operator<A, B>): TransformPair<T, B>;
export function toTransformStream<T, A, B, C>(
  a: Operator<T, A>,
  b: Operator<A, B>,
  c: Operator<B, C>,
): TransformPair<T, C>;
export function toTransformStream<T, A, B, C, D>(
  a: Operator<T, A>,
  b: Operator<A, B>,
  c: Operator<B, C>,
  d: Operator<C, D>,
  ...more: Operator<D, D>[]
): TransformPair<T, D>;
export function toTransformStream(...operators: Operator<never, unknown>[]): TransformPair<unknown, unknown> {
  for (const operator of operators) requireFunction("toTransformStream", operator);
  const source = new WriteSource<unknown>();
  let flow: Flow<unknown> = source.flow();
  for (const operator of operators) flow = operator(flow as Flow<never>); // the overloads hold the types
  const outlet = new Outlet<unknown>(source);
  const writable = new WritableStream(source);
  const readable = new ReadableStream(outlet, { highWaterMark: 0 });
  requireFlow(flow, "toTransformStream").connect(outlet);
  return { writable, readable };
}

/**
 * idle --pull--> asked --item--> idle, or asked again if another read waits
 * any --(onError | onComplete | cancel)--> done
 *
 * Nothing is held: an item is asked for when a read waits for it, and goes to that read.
 */
class Outlet<T> implements StageSubscriber<T>, UnderlyingDefaultSource<T> {
  private readonly source: WriteSource<unknown>;
  private controller!: ReadableStreamDefaultController<T>; // the stream starts before it is connected
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  private isAsked = false;
  private done = false;

  constructor(source: WriteSource<unknown>) {
    this.source = source;
  }

  start(controller: ReadableStreamDefaultController<T>): void {
    this.controller = controller;
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    if (this.done) subscription.cancel();
    else if (this.isAsked) subscription.request(1);
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.isAsked = false;
    this.controller.enqueue(item);
    return true;
  }

  onError(error: unknown): void {
    if (this.done) {
      dropError(error);
      return;
    }
    this.done = true;
    this.source.leave(error);
    this.controller.error(error);
  }

  onComplete(): void {
    if (this.done) return;
    this.done = true;
    this.source.leave(undefined);
    this.controller.close();
  }

  pull(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    this.upstream.request(1);
  }

  /** The writable is told why first: a flow that has not answered yet, or a cancel of its own, cannot. */
  cancel(reason: unknown): void {
    this.done = true;
    this.source.leave(reason);
    this.upstream.cancel();
  }
}
