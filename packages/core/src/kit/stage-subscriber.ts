// What one of our stages speaks to the next. It differs from Reactive Streams in one word: `next` answers.
//
//   source --next(item)--> stage --next(item)--> ... --> border --onNext(item)--> foreign Subscriber
//          <----used-----        <----used----
//
// The answer spares a filter the `request(1)` for each item that it drops: the source counts only what was
// used (Reactor calls this a conditional subscriber). Measured in a process whose call sites are megamorphic:
// a request for each drop costs another call of about 7 ns through every stage above.

import type { Subscription } from "../spec/publisher.js";

/**
 * The inner form of a Subscriber, between stages that trust each other.
 *
 * Who calls it obeys all publisher rules; who implements it never throws. Foreign objects never see this
 * interface: `kit/subscriber-border.ts` and `kit/publisher-border.ts` stand between.
 */
export interface StageSubscriber<T> {
  /** First signal, once. What the implementer requests before it returns may be delivered at once. */
  onSubscribe(subscription: Subscription): void;
  /** One item. Answers whether it used up one unit of demand: `false` means "dropped, send another". */
  next(item: T): boolean;
  onError(error: unknown): void;
  onComplete(): void;
  /**
   * Only for speed, and only for ends whose `next` would cost more than the item: takes a slice of a source's
   * items in a loop of its own, as many calls of `next` would. Answers whether it did.
   */
  takeSlice?(source: SliceSource, stop: number): boolean;
  /**
   * Hears of errors that come when the end of this subscription has been signalled, or after its cancel; `undefined`:
   * whoever `onDroppedError` names. Each stage answers with what is below it.
   */
  readonly late?: ((error: unknown) => void) | undefined;
  /** What a function is called that runs within `takeSlice`, for the message of what it throws. */
  readonly stageName?: string | undefined;
}

/** A source that sends by index, seen by an end that runs its loop (kit/indexed-subscription.ts is the one there is). */
export interface SliceSource {
  /** What to send, or `undefined` for the numbers from `first` on. */
  readonly items: ArrayLike<unknown> | undefined;
  readonly first: number;
  /** The next to send; the end moves it. */
  index: number;
  /** What downstream may still be sent; the end takes off what it used. */
  requested: number;
  /** Nothing may be sent any more: to be read again after each call of foreign code. */
  readonly done: boolean;
  /** The prepared stages in between. */
  readonly run: {
    readonly map: ((item: unknown) => unknown) | undefined;
    readonly keep: ((item: unknown) => unknown) | undefined;
  };
}

/**
 * A publisher of ours: a stage connects to it without a border. Told by `instanceof`: a flow of another copy
 * of this library in the same process is foreign, and is met at the border by the public rules.
 *
 * @example
 * ```ts
 * import { Connectable } from "@sluice/core/kit";
 * import { empty } from "@sluice/core";
 * console.log(empty() instanceof Connectable); // prints true
 * ```
 */
export abstract class Connectable<T> {
  /** For stages, by way of `connect` of kit/publisher-border.ts; subscribers use `subscribe`. */
  abstract connect(downstream: StageSubscriber<T>): void;
}
