// The naive publisher: every rule in its plainest form, nothing for speed. It is the judge's own upstream for
// operators, and what the deliberately wrong publishers of the tests are derived from.

import type { Publisher, Subscriber, Subscription } from "@sluice/core";

/** The items of a naive publisher: a number of them, each made of its index, and how the stream ends. */
export interface ReferenceStream<T> {
  readonly count: number;
  item(index: number): T;
  /** Ends with this error instead of `onComplete`, after the items. */
  readonly failure?: { readonly error: unknown };
}

/** A publisher of `stream` that gives each subscriber a subscription made by `start`. */
export function referencePublisher<T>(
  stream: ReferenceStream<T>,
  start: (stream: ReferenceStream<T>, subscriber: Subscriber<T>) => ReferenceSubscription<T> = (
    s,
    subscriber,
  ) => new ReferenceSubscription(s, subscriber),
): Publisher<T> {
  return {
    subscribe: (subscriber) => {
      if (subscriber == null) throw new TypeError("Cannot subscribe without a subscriber (§1.9)");
      start(stream, subscriber).start();
    },
  };
}

/** One subscription of the naive publisher. The members that a wrong publisher bends are protected. */
export class ReferenceSubscription<T> implements Subscription {
  protected readonly stream: ReferenceStream<T>;
  protected subscriber: Subscriber<T> | undefined;
  protected demand = 0;
  protected emitted = 0;
  /** Set while a signal runs: a request then only counts, and the loop below serves it (§1.3, §3.3). */
  protected signalling = false;
  /** The error of a wrong request (§3.9). */
  protected refusal: Error | undefined;

  constructor(stream: ReferenceStream<T>, subscriber: Subscriber<T>) {
    this.stream = stream;
    this.subscriber = subscriber;
  }

  start(): void {
    this.signal((subscriber) => subscriber.onSubscribe(this));
    this.drain();
  }

  request(n: number): void {
    if (this.subscriber === undefined) return;
    if (typeof n !== "number") this.refusal ??= new TypeError(`Cannot request ${typeof n} (§3.9)`);
    else if (!(n >= 1 && Math.floor(n) === n)) this.refusal ??= new RangeError(`Cannot request ${n} (§3.9)`);
    else this.demand += n;
    this.drain();
  }

  cancel(): void {
    this.subscriber = undefined;
  }

  protected drain(): void {
    if (this.signalling) return;
    while (this.subscriber !== undefined) {
      if (this.refusal !== undefined) this.endWith(this.refusal);
      else if (this.emitted === this.stream.count) this.finish();
      else if (this.demand > 0) this.emit();
      else return;
    }
  }

  protected emit(): void {
    this.demand--;
    const item = this.stream.item(this.emitted++);
    this.signal((subscriber) => subscriber.onNext(item));
  }

  protected finish(): void {
    if (this.stream.failure !== undefined) this.endWith(this.stream.failure.error);
    else this.signalLast((subscriber) => subscriber.onComplete());
  }

  protected endWith(error: unknown): void {
    this.signalLast((subscriber) => subscriber.onError(error));
  }

  /** A terminal signal: the subscription counts as cancelled from here on (§1.6). */
  protected signalLast(send: (subscriber: Subscriber<T>) => void): void {
    const subscriber = this.subscriber;
    this.subscriber = undefined;
    if (subscriber !== undefined) this.guard(subscriber, send);
  }

  protected signal(send: (subscriber: Subscriber<T>) => void): void {
    if (this.subscriber === undefined) return;
    this.signalling = true;
    this.guard(this.subscriber, send);
    this.signalling = false;
  }

  /** A subscriber that throws is cancelled, its error reported (§2.13), and the answer is `false`. */
  protected guard(subscriber: Subscriber<T>, send: (subscriber: Subscriber<T>) => void): boolean {
    try {
      send(subscriber);
      return true;
    } catch (error) {
      this.subscriber = undefined;
      if (typeof reportError === "function") reportError(error);
      else {
        setTimeout(() => {
          throw error;
        }, 0);
      }
      return false;
    }
  }
}
