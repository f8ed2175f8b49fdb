// The end of a pipeline that is a function, which may be asynchronous: the next item waits until it is done.

import { requireFunction } from "../kit/require-function.js";
import type { Connectable } from "../kit/stage-subscriber.js";
import { isThenable } from "../kit/thenable.js";
import { Inbox, type InboxOptions } from "./inbox.js";

/** See `Flow.forEach`. */
export function forEach<T>(
  upstream: Connectable<T>,
  consume: (item: T) => unknown,
  options: InboxOptions | undefined,
): Promise<void> {
  requireFunction("forEach", consume);
  const inbox = new ForEachInbox(consume, options); // not in the executor: wrong options throw at the call
  return new Promise((resolve, reject) => {
    inbox.resolve = resolve;
    inbox.reject = reject;
    inbox.connectTo(upstream);
  });
}

/** idle --item--> busy (`consume` runs, or its promise is pending) --done--> idle, or busy with the next */
class ForEachInbox<T> extends Inbox<T> {
  private readonly consume: (item: T) => unknown;
  // Both are set before it is connected.
  resolve!: () => void;
  reject!: (error: unknown) => void;
  private isBusy = false;

  constructor(consume: (item: T) => unknown, options: InboxOptions | undefined) {
    super(options);
    this.consume = consume;
  }

  protected override arrived(): void {
    while (!this.isBusy) {
      if (this.items.isEmpty) {
        this.settle();
        return;
      }
      this.start(this.items.shift());
    }
  }

  private start(item: T): void {
    this.isBusy = true;
    let answer: unknown;
    try {
      answer = this.consume(item);
    } catch (thrown) {
      this.abandon(thrown);
      return;
    }
    if (isThenable(answer)) {
      Promise.resolve(answer).then(
        () => {
          this.isBusy = false;
          this.consumedOne();
          this.arrived();
        },
        (error: unknown) => this.abandon(error),
      );
    } else {
      this.isBusy = false;
      this.consumedOne();
    }
  }

  /** `consume` failed, or an abort, which does not wait for the call under way: nothing is consumed any more. */
  protected override abandon(error: unknown): void {
    super.abandon(error);
    this.isBusy = true;
    this.settle();
  }

  private settle(): void {
    if (this.end === undefined) return;
    this.ignoreAbort();
    if (this.end === "complete") this.resolve();
    else this.reject(this.end.error);
  }
}
