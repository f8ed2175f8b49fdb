// The four interfaces of Reactive Streams 1.0.4, structural: any object that follows them works with ours,
// in both directions. Each member cites the rules that bind whoever implements it.

/**
 * A provider of a possibly unbounded sequence of items, sent only as its subscribers ask for them.
 *
 * @example
 * ```ts
 * import { range, type Publisher } from "@sluice/core";
 * const numbers: Publisher<number> = range(1, 3);
 * numbers.subscribe({
 *   onSubscribe: (subscription) => subscription.request(2),
 *   onNext: (item) => console.log(item),
 *   onError: console.error,
 *   onComplete: () => {},
 * });
 * // prints 1
 * // prints 2
 * ```
 */
export interface Publisher<T> {
  /**
   * Asks the publisher to start. It answers with exactly one `onSubscribe` before any other signal (§1.9),
   * may be called many times with different subscribers (§1.10, §1.11), and throws nothing but the
   * `TypeError` for a missing subscriber (§1.9).
   */
  subscribe(subscriber: Subscriber<T>): void;
}

/**
 * Receives the signals of one subscription: `onSubscribe onNext* (onError | onComplete)?`, serially (§1.3).
 */
export interface Subscriber<T> {
  /**
   * First signal, exactly once (§2.12). Nothing comes until `subscription.request` was called (§2.1); a
   * second subscription must be cancelled (§2.5).
   */
  onSubscribe(subscription: Subscription): void;
  /** One item; never more of them than requested (§1.1). Must return normally (§2.13). */
  onNext(item: T): void;
  /** Failed end; the subscription counts as cancelled from here on (§1.6, §2.4). */
  onError(error: unknown): void;
  /** Good end; the subscription counts as cancelled from here on (§1.6, §2.4). */
  onComplete(): void;
}

/** The link between one publisher and one subscriber: the way credit goes upstream. */
export interface Subscription {
  /**
   * Grants `n` more items. Adds to what was granted before (§3.8); an integer >= 1, or `Infinity`; 2^53-1
   * and above means unbounded (§3.17). Anything else ends the stream with `onError` (§3.9), it never throws.
   * Does nothing once the stream has ended (§3.6). May be called from within `onNext` (§3.2, §3.3).
   */
  request(n: number): void;
  /** Stops the stream and releases what it holds (§3.12, §3.13). Idempotent (§3.7), never throws (§3.15). */
  cancel(): void;
}

/** A stage that is both: it obeys the rules of each side (§4.1). */
export interface Processor<T, R> extends Subscriber<T>, Publisher<R> {}
