// The loop of sources that answer each step with a promise: async iterables, and readers of web streams.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { asError, dropError } from "./dropped.js";
import { nobody } from "./ended.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** An async iterator, which may hold something that its end is to release. */
export interface AsyncSteps<T> extends AsyncIterator<T> {
  /** Called when it has ended by itself; must not throw. One that is left is told by `return`. */
  release?(): void;
}

/**
 * idle --request--> reading --item, demand left--> reading
 *                           --item, none left--> idle
 * any --cancel | done | rejection--> ended
 */
export class AsyncIteratorSubscription<T> implements Subscription {
  private readonly iterator: AsyncSteps<T>;
  private readonly name: string;
  private downstream: StageSubscriber<T>;
  private demand = 0;
  private isReading = false;
  private done = false;

  /** @param name of what is iterated, for messages */
  constructor(iterator: AsyncSteps<T>, name: string, downstream: StageSubscriber<T>) {
    this.iterator = iterator;
    this.name = name;
    this.downstream = downstream;
  }

  request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    if (!this.isReading) this.read();
  }

  cancel(): void {
    if (this.done) return;
    this.end();
    try {
      // Not awaited: an iterator that is busy with `next` answers when that is done.
      Promise.resolve(this.iterator.return?.()).then(undefined, (error) => this.drop(error));
    } catch (thrown) {
      this.drop(thrown);
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
    if (this.done) return; // cancelled while reading; `return` was called
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
      this.iterator.release?.();
      downstream.onComplete();
      return;
    }
    // `isReading` stays set meanwhile: a request from within `next` must not start a second read.
    if (this.downstream.next(item as T)) this.demand--;
    if (this.done) return;
    if (this.demand > 0) this.read();
    else this.isReading = false;
  };

  private readonly onRejection = (error: unknown): void => {
    if (this.done) {
      this.drop(error);
      return;
    }
    const { downstream } = this;
    this.end();
    this.iterator.release?.();
    downstream.onError(asError(error, this.name));
  };

  private drop(error: unknown): void {
    dropError(error, this.downstream.late);
  }

  private end(): void {
    this.done = true;
    this.downstream = nobody(this.downstream);
  }
}
