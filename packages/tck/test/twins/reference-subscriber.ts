// The naive subscriber: asks for four items, and for four more when they are used up. What the deliberately
// wrong subscribers are derived from.

import type { Publisher, Subscriber, Subscription } from "@sluice/core";
import type { Consumption, SubscriberSubject } from "../../src/conformance/subscriber-subject.js";

const BATCH = 4;

export class ReferenceSubscriber<T> implements Subscriber<T> {
  readonly received: T[] = [];
  readonly ended: Promise<void>;
  protected subscription: Subscription | undefined;
  protected stopped = false;
  protected left = 0;
  protected resolve: () => void = () => {};
  protected reject: (error: unknown) => void = () => {};

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  onSubscribe(subscription: Subscription): void {
    if (this.subscription !== undefined || this.stopped) {
      subscription.cancel();
      return;
    }
    this.subscription = subscription;
    this.ask();
  }

  onNext(item: T): void {
    if (this.stopped) return;
    this.received.push(item);
    this.left--;
    if (this.left === 0) this.ask();
  }

  onError(error: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.reject(error);
  }

  onComplete(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.resolve();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.subscription?.cancel();
    this.resolve();
  }

  protected ask(): void {
    this.left += BATCH;
    this.subscription?.request(BATCH);
  }
}

/** A subject of subscribers made by `make`. */
export function subscriberSubject(
  make: () => ReferenceSubscriber<number> = () => new ReferenceSubscriber(),
): SubscriberSubject<number> {
  return {
    item: (index) => index,
    stoppable: true,
    consume: (publisher: Publisher<number>): Consumption => {
      const subscriber = make();
      publisher.subscribe(subscriber);
      return {
        ended: subscriber.ended,
        cancel: () => subscriber.stop(),
        received: () => subscriber.received,
      };
    },
  };
}
