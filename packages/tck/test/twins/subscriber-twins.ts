// Subscribers that break one rule each on purpose: proof that the check of that rule can fail. Each is the
// naive subscriber with one thing bent.

import type { Subscription } from "@sluice/core";
import type { SubscriberSubject } from "../../src/conformance/subscriber-subject.js";
import { ReferenceSubscriber, subscriberSubject } from "./reference-subscriber.js";

/** A wrong subscriber and the rules whose checks must see it. */
export interface SubscriberTwin {
  readonly name: string;
  readonly rule: string;
  readonly entails: readonly string[];
  readonly subject: SubscriberSubject<number>;
}

function twin(rule: string, name: string, Wrong: new () => ReferenceSubscriber<number>): SubscriberTwin {
  return { name, rule, entails: [], subject: subscriberSubject(() => new Wrong()) };
}

/** Asks once for a great many and thinks that will do. */
class AsksOnce extends ReferenceSubscriber<number> {
  protected override ask(): void {
    if (this.received.length < 200) super.ask();
  }
}

/** Cancels politely when the stream ends. */
class CancelsAtEnd extends ReferenceSubscriber<number> {
  override onComplete(): void {
    this.subscription?.cancel();
    super.onComplete();
  }
}

/** Cancels later, when the stream has long ended. */
class CancelsAfterEnd extends ReferenceSubscriber<number> {
  override stop(): void {
    if (this.stopped) this.subscription?.cancel();
    super.stop();
  }
}

/** Leaves a second subscription open. */
class KeepsSecond extends ReferenceSubscriber<number> {
  override onSubscribe(subscription: Subscription): void {
    if (this.subscription === undefined) super.onSubscribe(subscription);
  }
}

/** Cancels twice to be sure. */
class CancelsTwice extends ReferenceSubscriber<number> {
  override stop(): void {
    const running = !this.stopped;
    super.stop();
    if (running) this.subscription?.cancel();
  }
}

/** Asks for the next item whenever one comes, also while its own cancel is running. */
class RequestsWithinCancel extends ReferenceSubscriber<number> {
  override onNext(item: number): void {
    if (this.stopped) this.subscription?.request(1);
    super.onNext(item);
  }
}

/** Takes items after its cancel. */
class TakesAfterCancel extends ReferenceSubscriber<number> {
  override onNext(item: number): void {
    if (this.stopped) this.received.push(item);
    super.onNext(item);
  }
}

/** Believes in the end only when an item came before. */
class MissesEarlyEnd extends ReferenceSubscriber<number> {
  override onComplete(): void {
    if (this.received.length > 0) super.onComplete();
  }
}

/** Believes in a failure only when an item came before. */
class MissesEarlyError extends ReferenceSubscriber<number> {
  override onError(error: unknown): void {
    if (this.received.length > 0) super.onError(error);
  }
}

/** Throws what failed at its publisher. */
class ThrowsAtPublisher extends ReferenceSubscriber<number> {
  override onError(error: unknown): void {
    super.onError(error);
    if (this.received.length === 3 && this.left === 1) throw new Error("thrown from onError");
  }
}

/** Asks for nothing when it has enough. */
class RequestsZero extends ReferenceSubscriber<number> {
  protected override ask(): void {
    if (this.received.length > 0) this.subscription?.request(0);
    super.ask();
  }
}

export const subscriberTwins: readonly SubscriberTwin[] = [
  twin("§2.1", "stops requesting", AsksOnce),
  twin("§2.3", "cancels within onComplete", CancelsAtEnd),
  twin("§2.4", "cancels after the end", CancelsAfterEnd),
  twin("§2.5", "keeps a second subscription", KeepsSecond),
  twin("§2.6", "cancels twice", CancelsTwice),
  twin("§2.7", "requests while its own cancel is running", RequestsWithinCancel),
  twin("§2.8", "takes items after its cancel", TakesAfterCancel),
  twin("§2.9", "misses an end before the first item", MissesEarlyEnd),
  twin("§2.10", "misses a failure before the first item", MissesEarlyError),
  { ...twin("§2.13", "throws from onError", ThrowsAtPublisher), entails: ["§2.3", "§2.4", "§2.10"] },
  twin("§3.9", "requests 0 items", RequestsZero),
];
