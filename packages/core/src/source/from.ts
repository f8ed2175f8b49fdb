import type { Flow } from "../flow/flow.js";
import type { Publisher } from "../spec/publisher.js";
import { fromAsyncIterable } from "./from-async-iterable.js";
import { fromIterable } from "./from-iterable.js";
import { fromPromise } from "./from-promise.js";
import { fromPublisher } from "./from-publisher.js";

/** Whatever has items: a publisher, ours or foreign, an iterable, an async iterable, or a promise of one item. */
export type FlowInput<T> = Publisher<T> | Iterable<T> | AsyncIterable<T> | PromiseLike<T>;

/**
 * Makes a flow of anything that has items, by its shape: a publisher first, then an async iterable, an
 * iterable, a promise.
 *
 * *Demand:* passed on to a publisher; items of the others are made as they are requested. *Buffers:* nothing;
 * a promise's value until it is requested. *Cancel:* cancels a publisher, closes an iterator, forgets a promise.
 * *Errors:* throws a `TypeError` at the call for anything else.
 *
 * @example
 * ```ts
 * import { from } from "@sluice/core";
 * console.log(await from(new Set([1, 2, 2])).toArray()); // prints [ 1, 2 ]
 * console.log(await from(Promise.resolve("late")).toArray()); // prints [ 'late' ]
 * ```
 */
export function from<T>(input: FlowInput<T>): Flow<T> {
  if (has(input, "subscribe")) return fromPublisher(input as Publisher<T>);
  if (has(input, Symbol.asyncIterator)) return fromAsyncIterable(input as AsyncIterable<T>);
  if (has(input, Symbol.iterator)) return fromIterable(input as Iterable<T>);
  if (has(input, "then")) return fromPromise(input as PromiseLike<T>);
  throw new TypeError(
    `Cannot make a flow of ${input === null ? "null" : typeof input}: from takes a Publisher, an iterable, an async iterable or a promise`,
  );
}

function has(input: unknown, method: PropertyKey): boolean {
  if (input === null || input === undefined) return false;
  return typeof (input as Record<PropertyKey, unknown>)[method] === "function";
}
