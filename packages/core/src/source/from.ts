import { Flow } from "../flow/flow.js";
import { observableOf } from "../kit/observable-of.js";
import { describe } from "../spec/describe.js";
import type { Publisher } from "../spec/publisher.js";
import { fromAsyncIterable } from "./from-async-iterable.js";
import { fromIterable } from "./from-iterable.js";
import { fromPromise } from "./from-promise.js";
import { fromPublisher } from "./from-publisher.js";
import { fromWebStream } from "./from-web-stream.js";

/**
 * Whatever has items and sends them as they are asked for: a publisher, ours or foreign, an iterable, an async
 * iterable, a `ReadableStream`, or a promise of one item.
 */
export type FlowInput<T> = Publisher<T> | Iterable<T> | AsyncIterable<T> | ReadableStream<T> | PromiseLike<T>;

/** What comes out of a flow made of `S`; of a union of inputs, the union of their items. */
export type ItemOf<S> = S extends FlowInput<infer T> ? T : never;

/** One item of each of an array of inputs. */
export type TupleOf<S extends readonly unknown[]> = { -readonly [K in keyof S]: ItemOf<S[K]> };

/**
 * Makes a flow of anything that has items, by its shape: a publisher first, then a `ReadableStream`, an async iterable,
 * an iterable, a promise.
 *
 * An Observable and an `EventTarget` cannot be slowed: `fromObservable` and `fromEvent` ask what to do then.
 *
 * *Demand:* passed on to a publisher; items of the others are made as they are requested. *Buffers:* nothing;
 * a promise's value until it is requested. *Cancel:* cancels a publisher or a stream, closes an iterator, forgets a
 * promise. *Errors:* throws a `TypeError` at the call for anything else.
 *
 * @example
 * ```ts
 * import { from } from "@sluice/core";
 * console.log(await from(new Set([1, 2, 2])).toArray()); // prints [ 1, 2 ]
 * console.log(await from(Promise.resolve("late")).toArray()); // prints [ 'late' ]
 * ```
 */
export function from<T>(input: FlowInput<T>): Flow<T> {
  if (input instanceof Flow) return input as Flow<T>;
  if (observableOf(input) !== undefined) {
    throw new TypeError("Cannot slow an Observable: use fromObservable(input, policy)");
  }
  if (has(input, "subscribe")) return fromPublisher(input as Publisher<T>);
  // Before the async iterable that it also is, though not in every browser.
  if (has(input, "getReader")) return fromWebStream(input as ReadableStream<T>);
  if (has(input, Symbol.asyncIterator)) return fromAsyncIterable(input as AsyncIterable<T>);
  if (has(input, Symbol.iterator)) return fromIterable(input as Iterable<T>);
  if (has(input, "then")) return fromPromise(input as PromiseLike<T>);
  if (has(input, "addEventListener")) {
    throw new TypeError("Cannot slow an EventTarget: use fromEvent(input, type, policy)");
  }
  throw new TypeError(
    `Cannot make a flow of ${describe(input)}: from takes a Publisher, iterable, async iterable, ReadableStream or promise`,
  );
}

/** Flows of an array of inputs; for anything else a `TypeError` that names the operator. */
export function fromEach(operator: string, inputs: readonly FlowInput<unknown>[]): Flow<unknown>[] {
  // Not by map, which passes over holes: they are no sources.
  if (Array.isArray(inputs)) return Array.from(inputs, (input) => from(input));
  throw new TypeError(`Cannot apply ${operator} to ${describe(inputs)}: it takes an array of sources`);
}

function has(input: unknown, method: PropertyKey): boolean {
  if (input === null || input === undefined) return false;
  return typeof (input as Record<PropertyKey, unknown>)[method] === "function";
}
