// The naive subscriber: asks for four items, and for four more when they are used up. What the deliberately
// wrong subscribers are derived from.

import type { Publisher, Subscriber, Subscription } from "@sluice/core";
import type {
  BlackBoxSubject,
  ConsumerSubject,
  Consumption,
  SubscriberProbe,
  WhiteBoxSubject,
} from "../../src/conformance/subscriber-subject.js";

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
    if (subscription == null) throw new TypeError("Cannot subscribe without a subscription (§2.13)");
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

  /** Requests beside what it requests by itself. */
  request(n: number): void {
    this.left += n;
    this.subscription?.request(n);
  }

  protected ask(): void {
    this.left += BATCH;
    this.subscription?.request(BATCH);
  }
}

/** The same as something that consumes. */
export function consumerSubject(make: Make = () => new ReferenceSubscriber()): ConsumerSubject<number> {
  return {
    ...common,
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

/** The same as a black box: nothing is seen of it but what it does to its subscription. */
export function blackBoxSubject(make: Make = () => new ReferenceSubscriber()): BlackBoxSubject<number> {
  return {
    ...common,
    create: () => {
      const subscriber = make();
      subscriber.ended.catch(() => {}); // what it failed with is for nobody here
      return subscriber;
    },
    cancel: (subscriber) => (subscriber as ReferenceSubscriber<number>).stop(),
  };
}

/** The same as a white box, which tells of what it has processed. */
export function whiteBoxSubject(
  make: Make = () => new ReferenceSubscriber(),
  instrument: (probe: SubscriberProbe<number>) => SubscriberProbe<number> = (probe) => probe,
): WhiteBoxSubject<number> {
  return {
    ...common,
    createProbed: (given) => {
      const probe = instrument(given);
      const subscriber = make();
      subscriber.ended.then(
        () => probe.onComplete(),
        (error: unknown) => probe.onError(error),
      );
      return {
        onSubscribe: (subscription) => {
          subscriber.onSubscribe(subscription);
          probe.onSubscribe({ request: (n) => subscriber.request(n), cancel: () => subscriber.stop() });
        },
        onNext: (item) => {
          const before = subscriber.received.length;
          subscriber.onNext(item);
          if (subscriber.received.length > before) probe.onNext(item);
        },
        onError: (error) => subscriber.onError(error),
        onComplete: () => subscriber.onComplete(),
      };
    },
  };
}

type Make = () => ReferenceSubscriber<number>;

const common = { item: (index: number): number => index, takesAny: true, timers: false };
