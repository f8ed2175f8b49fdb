// A subscriber that does nothing by itself: it writes down every signal and asks for items when the test
// says so. It counts demand on its own, deliberately apart from core's arithmetic: a mistake there must not
// hide itself.

import type { Subscriber, Subscription } from "@sluice/core";

/** One signal as it arrived. */
export type Signal<T> =
  | { readonly kind: "onSubscribe" }
  | { readonly kind: "onNext"; readonly item: T }
  | { readonly kind: "onError"; readonly error: unknown }
  | { readonly kind: "onComplete" };

/** What a test wants done inside a signal, after it was written down. A hook that throws breaks §2.13. */
export interface SignalHooks<T> {
  onSubscribe?(subscriber: ManualSubscriber<T>): void;
  onNext?(item: T, subscriber: ManualSubscriber<T>): void;
  onError?(error: unknown, subscriber: ManualSubscriber<T>): void;
  onComplete?(subscriber: ManualSubscriber<T>): void;
}

/**
 * Records the signals of one subscription and requests on command.
 *
 * *Demand:* only what `request` is told. *Buffers:* every signal, at most `capacity` of them; one more
 * cancels the subscription and sets `overran`. *Errors:* written down in `error`. *Cancel:* `cancel()`;
 * later signals are still written down, so that a test sees them. A second `onSubscribe` is written down
 * and its subscription cancelled (§2.5).
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { ManualSubscriber } from "@sluice/tck";
 * const subscriber = new ManualSubscriber<number>();
 * range(1, 3).subscribe(subscriber);
 * subscriber.request(2);
 * console.log(subscriber.items, subscriber.ended); // prints [ 1, 2 ] false
 * ```
 */
export class ManualSubscriber<T> implements Subscriber<T> {
  /** All signals in the order in which they began. */
  readonly signals: Signal<T>[] = [];
  readonly items: T[] = [];
  /** The first subscription that came. */
  subscription: Subscription | undefined;
  /** Sum of all legal requests: integers >= 1 and `Infinity`. */
  requested = 0;
  /** The greatest number by which items were ahead of demand; above 0 breaks §1.1. */
  surplus = 0;
  /** The deepest nesting of signals; above 1 they overlapped (§1.3). */
  depth = 0;
  completed = false;
  failed = false;
  /** What `onError` brought; see `failed`, as an error may be `undefined`. */
  error: unknown;
  /** More than `capacity` signals came. */
  overran = false;
  readonly #hooks: SignalHooks<T>;
  readonly #capacity: number;
  #running = 0;

  /** `capacity` counts signals. */
  constructor(hooks: SignalHooks<T> = {}, { capacity = 1_000_000 }: { capacity?: number } = {}) {
    this.#hooks = hooks;
    this.#capacity = capacity;
  }

  /** Whether a terminal signal came. */
  get ended(): boolean {
    return this.completed || this.failed;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.subscription !== undefined) {
      this.signals.push({ kind: "onSubscribe" });
      subscription.cancel();
      return;
    }
    this.subscription = subscription;
    this.#during({ kind: "onSubscribe" }, () => this.#hooks.onSubscribe?.(this));
  }

  onNext(item: T): void {
    if (this.signals.length >= this.#capacity) {
      this.overran = true;
      this.cancel();
      return;
    }
    this.items.push(item);
    if (this.items.length - this.requested > this.surplus) this.surplus = this.items.length - this.requested;
    this.#during({ kind: "onNext", item }, () => this.#hooks.onNext?.(item, this));
  }

  onError(error: unknown): void {
    this.failed = true;
    this.error = error;
    this.#during({ kind: "onError", error }, () => this.#hooks.onError?.(error, this));
  }

  onComplete(): void {
    this.completed = true;
    this.#during({ kind: "onComplete" }, () => this.#hooks.onComplete?.(this));
  }

  /** Asks for `n` items. Anything may be passed: a test also wants to see what a wrong request does. */
  request(n: unknown): void {
    if (typeof n === "number" && n >= 1) this.requested += n;
    this.#subscription("request").request(n as number);
  }

  /** Cancels the subscription. */
  cancel(): void {
    this.#subscription("cancel").cancel();
  }

  #subscription(call: string): Subscription {
    if (this.subscription !== undefined) return this.subscription;
    throw new Error(`Cannot ${call}: no subscription came yet; wait until onSubscribe was signalled`);
  }

  #during(signal: Signal<T>, hook: () => void): void {
    this.signals.push(signal);
    this.#running++;
    if (this.#running > this.depth) this.depth = this.#running;
    try {
      hook();
    } finally {
      this.#running--;
    }
  }
}
