// A publisher driven by hand: it writes down what its subscriber asks of it, and from inside which signal,
// and emits when the test says so.

import type { Publisher, Subscriber, Subscription } from "@sluice/core";

/** What can be running while a subscriber calls its subscription. */
export type Running = "onSubscribe" | "onNext" | "onError" | "onComplete" | "request" | "cancel";

/** One call that the subscriber made on its subscription. */
export interface SubscriptionCall {
  readonly call: "request" | "cancel";
  /** The argument of `request`. */
  readonly n: unknown;
  /** The signals and calls of this subscription that were on the stack, outermost first. */
  readonly during: readonly Running[];
  /** Whether a terminal signal had begun before. */
  readonly afterEnd: boolean;
}

/** What a publisher driven by hand does inside a call of its subscriber. */
export interface TestPublisherOptions<T> {
  /** Runs inside each `request`, after it was written down: here it may emit at once (§3.10). */
  onRequest?(n: number, publisher: TestPublisher<T>): void;
  /** Runs inside the first `cancel`: here it may emit what was still asked for (§2.8). */
  onCancel?(publisher: TestPublisher<T>): void;
  /** `false`: `onSubscribe` waits for a call of `start()`, as with a publisher that connects first. */
  startsAtOnce?: boolean;
}

/**
 * A publisher of one subscription which a test drives by hand.
 *
 * *Demand:* written down in `calls` and summed up in `requested`; `next` throws when an item was not asked
 * for, so that a test never breaks §1.1 by accident. *Buffers:* the calls, at most 1,000,000, then `request`
 * throws. *Errors:* `error(e)` signals one. *Cancel:* counted in `cancels`; items which are still asked for
 * may be emitted after it (§2.8). A second subscriber gets an error after its `onSubscribe` (§1.9).
 *
 * @example
 * ```ts
 * import { fromPublisher, map } from "@sluice/core";
 * import { ManualSubscriber, TestPublisher } from "@sluice/tck";
 * const upstream = new TestPublisher<number>();
 * const subscriber = new ManualSubscriber<number>();
 * fromPublisher(upstream)
 *   .pipe(map((n) => n * 10))
 *   .subscribe(subscriber);
 * subscriber.request(2);
 * upstream.next(1);
 * console.log(upstream.requested, subscriber.items); // prints 2 [ 10 ]
 * ```
 */
export class TestPublisher<T> implements Publisher<T> {
  readonly calls: SubscriptionCall[] = [];
  /** Sum of all legal requests. */
  requested = 0;
  /** How many items were emitted. */
  emitted = 0;
  /** How often `cancel` was called. */
  cancels = 0;
  /** How many subscribers came. */
  subscribers = 0;
  readonly #options: TestPublisherOptions<T>;
  readonly #running: Running[] = [];
  #subscriber: Subscriber<T> | undefined;
  #ended = false;

  constructor(options: TestPublisherOptions<T> = {}) {
    this.#options = options;
  }

  /** How many items may be emitted now. */
  get demand(): number {
    return this.requested === Number.POSITIVE_INFINITY ? this.requested : this.requested - this.emitted;
  }

  /** Whether it has completed or failed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether `cancel` was called. */
  get cancelled(): boolean {
    return this.cancels > 0;
  }

  subscribe(subscriber: Subscriber<T>): void {
    if (subscriber == null) throw new TypeError("Cannot subscribe without a subscriber (§1.9)");
    this.subscribers++;
    if (this.#subscriber !== undefined) {
      subscriber.onSubscribe({ request: () => {}, cancel: () => {} });
      subscriber.onError(
        new Error("Cannot subscribe twice: a TestPublisher serves one subscriber; make another"),
      );
      return;
    }
    this.#subscriber = subscriber;
    if (this.#options.startsAtOnce !== false) this.start();
  }

  /** Signals `onSubscribe`; only needed with `startsAtOnce: false`. */
  start(): void {
    const subscriber = this.#to("onSubscribe");
    this.#during("onSubscribe", () => subscriber.onSubscribe(this.#subscription()));
  }

  /** Emits the items, each of which must have been asked for. */
  next(...items: T[]): void {
    for (const item of items) {
      const subscriber = this.#to("onNext");
      if (this.demand < 1) {
        throw new Error(
          `Cannot emit item ${this.emitted + 1}: ${this.requested} were asked for (§1.1); wait for demand`,
        );
      }
      this.emitted++;
      this.#during("onNext", () => subscriber.onNext(item));
    }
  }

  /** Signals the good end. */
  complete(): void {
    const subscriber = this.#to("onComplete");
    this.#ended = true;
    this.#during("onComplete", () => subscriber.onComplete());
  }

  /** Signals the failed end. */
  error(error: unknown): void {
    const subscriber = this.#to("onError");
    this.#ended = true;
    this.#during("onError", () => subscriber.onError(error));
  }

  /** Signals `onSubscribe` once more, which a publisher must not do (§2.12), with the given subscription. */
  startAgain(subscription: Subscription): void {
    const subscriber = this.#to("onSubscribe");
    this.#during("onSubscribe", () => subscriber.onSubscribe(subscription));
  }

  #subscription(): Subscription {
    return {
      request: (n) => {
        this.#note("request", n);
        if (typeof n === "number" && n >= 1) this.requested += n;
        this.#during("request", () => this.#options.onRequest?.(n, this));
      },
      cancel: () => {
        this.#note("cancel", undefined);
        this.cancels++;
        if (this.cancels === 1) this.#during("cancel", () => this.#options.onCancel?.(this));
      },
    };
  }

  #note(call: "request" | "cancel", n: unknown): void {
    if (this.calls.length >= 1_000_000)
      throw new Error("Cannot record more than 1000000 calls of one subscriber");
    this.calls.push({ call, n, during: [...this.#running], afterEnd: this.#ended });
  }

  #to(signal: Running): Subscriber<T> {
    if (this.#subscriber === undefined) throw new Error(`Cannot signal ${signal}: nobody has subscribed`);
    if (this.#ended) throw new Error(`Cannot signal ${signal}: the stream has ended (§1.7)`);
    return this.#subscriber;
  }

  #during(running: Running, action: () => void): void {
    this.#running.push(running);
    try {
      action();
    } finally {
      this.#running.pop();
    }
  }
}
