import { Flow } from "../flow/flow.js";
import { IndexedFlow } from "../flow/indexed-flow.js";
import { FusedRun } from "../kit/fused-run.js";
import { IteratorSubscription } from "../kit/iterator-subscription.js";
import type { StageLink } from "../kit/stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";

/**
 * Sends the items of an array or another iterable.
 *
 * *Demand:* takes an item from the iterator only when it was requested. So an iterable that is no array is
 * found to have ended at the next request, not before: asking it would make an item that nobody wanted.
 * An array is read as long as it is when subscribed; do not shorten it before the end. *Buffers:* nothing.
 * *Errors:* what the iterable throws becomes `onError`. *Cancel:* calls the iterator's
 * `return`, so that a generator runs its `finally`.
 *
 * @example
 * ```ts
 * import { fromIterable, take } from "@sluice/core";
 * function* naturals() {
 *   for (let n = 1; ; n++) yield n;
 * }
 * console.log(await fromIterable(naturals()).pipe(take(3)).toArray()); // prints [ 1, 2, 3 ]
 * ```
 */
export function fromIterable<T>(iterable: Iterable<T>): Flow<T> {
  if (Array.isArray(iterable)) return new IndexedFlow<T>(iterable, 0, 0);
  if (typeof iterable?.[Symbol.iterator] !== "function") {
    throw new TypeError(
      `Cannot make a flow of ${describe(iterable)}: fromIterable takes an object with [Symbol.iterator]`,
    );
  }
  return new IteratorFlow(iterable);
}

class IteratorFlow<T> extends Flow<T> {
  private readonly iterable: Iterable<T>;

  constructor(iterable: Iterable<T>) {
    super();
    this.iterable = iterable;
  }

  override connectRun(stages: StageLink | undefined, downstream: StageSubscriber<unknown>): void {
    new IteratorSubscription(this.iterable, new FusedRun(stages), downstream).start();
  }
}
