import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { asError, dropError } from "../kit/dropped.js";
import { fail, NOBODY } from "../kit/ended.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
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
      downstream.onSubscribe(new AsyncIteratorSubscription(iterator, downstream));
    },
    { name: "fromAsyncIterable" },
  );
}

/**
 * idle --request--> reading --item, demand left--> reading
 *                           --item, none left--> idle
 * any --cancel | done | rejection--> ended
 */
class AsyncIteratorSubscription<T> implements Subscription {
  private readonly iterator: AsyncIterator<T>;
  private downstream: StageSubscriber<T>;
  private demand = 0;
  private isReading = false;
  private ended = false;

  constructor(iterator: AsyncIterator<T>, downstream: StageSubscriber<T>) {
    this.iterator = iterator;
    this.downstream = downstream;
  }

  request(n: number): void {
    if (this.ended) return;
    this.demand = addDemand(this.demand, n);
    if (!this.isReading) this.read();
  }

  cancel(): void {
    if (this.ended) return;
    this.end();
    try {
      // Not awaited: an iterator that is busy with `next` answers when that is done.
      Promise.resolve(this.iterator.return?.()).then(undefined, dropError);
    } catch (thrown) {
      dropError(thrown);
    }
  }

  private read(): void {
    this.isReading = true;
    try {
      // As `for await` does it: an answer that is no promise is taken too.
      Promise.resolve(this.iterator.next()).then(this.onStep, this.onRejection);
    } catch (thrown) {
      this.onRejection(thrown);
    }
  }

  private readonly onStep = (step: IteratorResult<T>): void => {
    if (this.ended) return; // cancelled while reading; `return` was called
    let item: T | undefined;
    try {
      item = step.done ? undefined : step.value; // a result may be null, its getters may throw
    } catch (thrown) {
      this.onRejection(thrown);
      return;
    }
    if (step.done) {
      const { downstream } = this;
      this.end();
      downstream.onComplete();
      return;
    }
    // `isReading` stays set meanwhile: a request from within `next` must not start a second read.
    if (this.downstream.next(item as T)) this.demand--;
    if (this.ended) return;
    if (this.demand > 0) this.read();
    else this.isReading = false;
  };

  private readonly onRejection = (error: unknown): void => {
    if (this.ended) {
      dropError(error);
      return;
    }
    const { downstream } = this;
    this.end();
    downstream.onError(asError(error, "the async iterable"));
  };

  private end(): void {
    this.ended = true;
    this.downstream = NOBODY;
  }
}
