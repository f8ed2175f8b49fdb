import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { NEVER_SUBSCRIPTION } from "../kit/ended.js";
import { ResultSubscriber } from "../kit/result-subscriber.js";
import { describe } from "../spec/describe.js";

/**
 * Sends the value of a promise, then completes.
 *
 * *Demand:* holds the value until it is requested. *Buffers:* that one item. *Errors:* a rejection becomes
 * `onError`, without waiting for demand; after a cancel it goes to `onDroppedError`. *Cancel:* forgets the
 * subscriber; a promise itself cannot be stopped.
 *
 * @example
 * ```ts
 * import { fromPromise } from "@sluice/core";
 * console.log(await fromPromise(Promise.resolve(7)).toArray()); // prints [ 7 ]
 * ```
 */
export function fromPromise<T>(promise: PromiseLike<T>): Flow<T> {
  if (typeof promise?.then !== "function") {
    throw new TypeError(`Cannot make a flow of ${describe(promise)}: fromPromise takes a promise`);
  }
  return flowFrom<T>(
    (downstream) => {
      const result = new ResultSubscriber(
        downstream,
        "fromPromise",
        (_: T, value: T) => value,
        undefined as T,
        false,
      );
      result.onSubscribe(NEVER_SUBSCRIPTION);
      Promise.resolve(promise).then(
        (value) => {
          result.next(value);
          result.onComplete();
        },
        (error: unknown) => result.onError(error),
      );
    },
    { name: "fromPromise" },
  );
}
