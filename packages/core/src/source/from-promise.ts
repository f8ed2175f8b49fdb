import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { dropError } from "../kit/dropped.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Subscription } from "../spec/publisher.js";
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
  return flowFrom<T>((downstream) => new PromiseSubscription<T>(downstream).start(promise), {
    name: "fromPromise",
  });
}

/** waiting --value--> held --request--> ended, or demanded first: waiting --request--> demanded --value--> ended */
class PromiseSubscription<T> implements Subscription {
  private downstream: StageSubscriber<T> | undefined;
  private isDemanded = false;
  private held: { readonly value: T } | undefined = undefined;

  constructor(downstream: StageSubscriber<T>) {
    this.downstream = downstream;
  }

  start(promise: PromiseLike<T>): void {
    this.downstream?.onSubscribe(this);
    Promise.resolve(promise).then(
      (value) => {
        this.held = { value };
        this.deliver();
      },
      (error: unknown) => this.fail(error),
    );
  }

  request(): void {
    this.isDemanded = true;
    this.deliver();
  }

  cancel(): void {
    this.downstream = undefined;
    this.held = undefined;
  }

  private deliver(): void {
    const { downstream, held } = this;
    if (downstream === undefined || held === undefined || !this.isDemanded) return;
    this.held = undefined; // a request from within `next` must find nothing
    downstream.next(held.value);
    if (this.downstream === undefined) return; // cancelled from within `next`
    this.cancel();
    downstream.onComplete();
  }

  private fail(error: unknown): void {
    const { downstream } = this;
    if (downstream === undefined) {
      dropError(error);
      return;
    }
    this.cancel();
    downstream.onError(error);
  }
}
