// The end of a pipeline that is an async iterable: `next()` resolves at once while items are held.

import { Ring } from "../buffer/ring.js";
import type { Connectable } from "../kit/stage-subscriber.js";
import { Inbox, type InboxOptions } from "./inbox.js";

/** See `Flow.values`. Subscribes at the first `next`. */
export function toAsyncIterable<T>(
  upstream: Connectable<T>,
  options: InboxOptions | undefined,
): AsyncIterableIterator<T> {
  const reader = new Reader<T>(options);
  let isSubscribed = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (!isSubscribed) {
        isSubscribed = true;
        reader.connectTo(upstream);
      }
      return reader.read();
    },
    return() {
      isSubscribed = true; // an iteration that was left before it began never begins
      reader.stop();
      return Promise.resolve(OVER);
    },
  };
}

/** A call of `next` that came before its item. */
interface Waiting<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Either items wait for calls, or calls wait for items: one of the rings is always empty. */
class Reader<T> extends Inbox<T> {
  private readonly calls: Ring<Waiting<T>>;

  constructor(options: InboxOptions | undefined) {
    super(options);
    this.calls = new Ring(this.items.capacity);
  }

  read(): Promise<IteratorResult<T, undefined>> {
    if (this.calls.isFull) {
      const message = `Cannot call next() while ${this.calls.capacity} calls wait: await one first`;
      return Promise.reject(new RangeError(message));
    }
    return new Promise((resolve, reject) => {
      this.calls.push({ resolve, reject });
      this.arrived();
    });
  }

  /** The reader leaves: what is held is dropped, and so is an error that nobody has read. */
  stop(): void {
    this.leave("complete");
  }

  protected override arrived(): void {
    while (!this.calls.isEmpty) {
      if (!this.items.isEmpty) {
        this.calls.shift().resolve({ done: false, value: this.items.shift() });
        this.consumedOne();
      } else if (this.end !== undefined) this.settle(this.calls.shift(), this.end);
      else return;
    }
    if (this.end !== undefined && this.items.isEmpty) this.ignoreAbort();
  }

  /** An error is thrown once, then the iteration is over. */
  private settle(call: Waiting<T>, end: NonNullable<typeof this.end>): void {
    this.end = "complete";
    if (end === "complete") call.resolve(OVER);
    else call.reject(end.error);
  }
}
