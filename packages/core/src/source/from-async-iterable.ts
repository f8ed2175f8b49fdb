import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { AsyncIteratorSubscription } from "../kit/async-iterator-subscription.js";
import { asError } from "../kit/dropped.js";
import { fail } from "../kit/ended.js";
import { describe } from "../spec/describe.js";

/**
 * Sends the items of an async iterable, such as an async generator or a Node stream.
 *
 * *Demand:* calls `next` once for each item requested, one call at a time. *Buffers:* nothing. *Errors:* a
 * throw or a rejection becomes `onError`. *Cancel:* calls the iterator's `return`; if that fails, the error
 * goes to `onDroppedError`.
 *
 * @example
 * ```ts
 * import { fromAsyncIterable } from "@sluice/core";
 * async function* letters() {
 *   yield "a";
 *   yield "b";
 * }
 * console.log(await fromAsyncIterable(letters()).toArray()); // prints [ 'a', 'b' ]
 * ```
 */
export function fromAsyncIterable<T>(iterable: AsyncIterable<T>): Flow<T> {
  if (typeof iterable?.[Symbol.asyncIterator] !== "function") {
    throw new TypeError(
      `Cannot make a flow of ${describe(iterable)}: fromAsyncIterable takes an object with [Symbol.asyncIterator]`,
    );
  }
  return flowFrom<T>(
    (downstream) => {
      let iterator: AsyncIterator<T>;
      try {
        iterator = iterable[Symbol.asyncIterator]();
      } catch (thrown) {
        fail(downstream, asError(thrown, "the async iterable"));
        return;
      }
      downstream.onSubscribe(new AsyncIteratorSubscription(iterator, "the async iterable", downstream));
    },
    { name: "fromAsyncIterable" },
  );
}
