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
