// Subscribers that break one rule each on purpose: the naive subscriber with one thing bent, put to the judge as a
// consumer, as a black box and as a white box.

import type { Subscription } from "@sluice/core";
import type {
  BlackBoxSubject,
  ConsumerSubject,
  SubscriberProbe,
  WhiteBoxSubject,
} from "../../src/conformance/subscriber-subject.js";
import {
  blackBoxSubject,
  consumerSubject,
  ReferenceSubscriber,
  whiteBoxSubject,
} from "./reference-subscriber.js";
import type { Twin } from "./twin.js";

/** Asks for many and thinks that will do. */
class AsksOnce extends ReferenceSubscriber<number> {
  override request(n: number): void {
    if (this.received.length < 350) super.request(n);
  }

  protected override ask(): void {
    if (this.received.length < 350) super.ask();
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

/** Complains of items after its cancel. */
class RefusesAfterCancel extends ReferenceSubscriber<number> {
  #cancelled = false;

  override onNext(item: number): void {
    if (this.#cancelled) throw new Error("Cannot take an item after cancel");
    super.onNext(item);
  }

  override stop(): void {
    super.stop();
    this.#cancelled = true;
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

/** Takes an end before any item for a mistake. */
class RefusesEarlyEnd extends ReferenceSubscriber<number> {
  override onComplete(): void {
    if (this.received.length === 0) throw new Error("Cannot complete before an item came");
    super.onComplete();
  }
}

/** Takes a failure before any item for a mistake. */
class RefusesEarlyError extends ReferenceSubscriber<number> {
  override onError(error: unknown): void {
    if (this.received.length === 0) throw new Error("Cannot fail before an item came");
    super.onError(error);
  }
}

/** Throws what failed at its publisher. */
class ThrowsAtPublisher extends ReferenceSubscriber<number> {
  override onError(error: unknown): void {
    super.onError(error);
    if (this.received.length === 3 && this.left === 1) throw new Error("thrown from onError");
  }
}

/** Takes undefined for no item. */
class DropsUndefined extends ReferenceSubscriber<number> {
  override onNext(item: number): void {
    if (item === undefined) this.left--;
    else super.onNext(item);
  }
}

/** Throws at null, as a subscriber of Java must. */
class ThrowsAtNull extends ReferenceSubscriber<number> {
  override onNext(item: number): void {
    if (item === null) throw new TypeError("Cannot take null");
    super.onNext(item);
  }
}

/** Leaves a rejected promise behind when it fails before an item came. */
class LeavesRejection extends ReferenceSubscriber<number> {
  override onError(error: unknown): void {
    super.onError(error);
    if (this.left === BATCH) void Promise.reject(new Error("and nobody handles it"));
  }
}

/** Takes a missing subscription for one that never sends. */
class TakesNoSubscription extends ReferenceSubscriber<number> {
  override onSubscribe(subscription: Subscription): void {
    if (subscription != null) super.onSubscribe(subscription);
  }
}

/** Asks for nothing when it has enough. */
class RequestsZero extends ReferenceSubscriber<number> {
  protected override ask(): void {
    if (this.received.length > 0) this.subscription?.request(0);
    super.ask();
  }
}

/** Counts what it asked for only when request has returned. */
class CountsLate extends ReferenceSubscriber<number> {
  protected override ask(): void {
    this.subscription?.request(BATCH);
    this.left = BATCH;
  }
}

/** Loses items that come before its request has returned. */
class LosesItemsWithinRequest extends ReferenceSubscriber<number> {
  #requesting = false;

  override request(n: number): void {
    this.#requesting = true;
    super.request(n);
    this.#requesting = false;
  }

  protected override ask(): void {
    this.#requesting = true;
    super.ask();
    this.#requesting = false;
  }

  override onNext(item: number): void {
    if (!this.#requesting) super.onNext(item);
  }
}

/** Is ready for an end only when its first request has returned. */
class ReadyLate extends ReferenceSubscriber<number> {
  #ready = false;

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.#ready = true;
  }

  override onError(error: unknown): void {
    if (this.#ready) super.onError(error);
  }

  override onComplete(): void {
    if (this.#ready) super.onComplete();
  }
}

/** Throws at an end that comes before its first request has returned. */
class ThrowsWhenNotReady extends ReferenceSubscriber<number> {
  #ready = false;

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.#ready = true;
  }

  override onComplete(): void {
    if (!this.#ready) throw new Error("Cannot complete yet");
    super.onComplete();
  }
}

type Wrong = new () => ReferenceSubscriber<number>;
type Case = readonly [rule: string, name: string, Wrong: Wrong, entails?: readonly string[]];

/** Wrong in a way that shows whatever way one looks. */
const always: readonly Case[] = [
  ["§2.1", "stops requesting", AsksOnce],
  ["§2.3", "cancels within onComplete", CancelsAtEnd],
  ["§2.4", "cancels after the end", CancelsAfterEnd],
  ["§2.5", "keeps a second subscription", KeepsSecond],
  ["§2.6", "cancels twice", CancelsTwice],
  ["§2.7", "requests while its own cancel is running", RequestsWithinCancel],
  ["§2.8", "throws at items after its cancel", RefusesAfterCancel],
  ["§2.9", "throws at an end before the first item", RefusesEarlyEnd, ["§2.13", "§3.11"]],
  ["§2.10", "throws at a failure before the first item", RefusesEarlyError, ["§2.13", "§3.11"]],
  ["§2.13", "throws from onError", ThrowsAtPublisher, ["§2.3", "§2.4", "§2.10"]],
  ["§2.13", "throws at null", ThrowsAtNull],
  ["§3.9", "requests 0 items", RequestsZero],
  ["§3.11", "throws at an end within its first request", ThrowsWhenNotReady],
];

/** Wrong in what it makes of the signals, which a black box does not show. */
const seenWithin: readonly Case[] = [
  ["§2.8", "takes items after its cancel", TakesAfterCancel],
  ["§2.9", "misses an end before the first item", MissesEarlyEnd, ["§3.11"]],
  ["§2.10", "misses a failure before the first item", MissesEarlyError, ["§3.11"]],
  ["§2.13", "takes undefined for no item", DropsUndefined],
  ["§3.11", "misses an end within its first request", ReadyLate],
];

const byItself: readonly Case[] = [
  ["§3.10", "counts what it asked for only when request has returned", CountsLate],
];

const withInstance: readonly Case[] = [["§2.13", "takes a missing subscription", TakesNoSubscription]];

function twins<S>(
  cases: readonly Case[],
  subject: (make: () => ReferenceSubscriber<number>) => S,
): Twin<S>[] {
  return cases.map(([rule, name, Wrong, entails = []]) => ({
    rule,
    name,
    entails,
    subject: subject(() => new Wrong()),
  }));
}

export const consumerTwins: readonly Twin<ConsumerSubject<number>>[] = twins(
  [
    ...always,
    ...seenWithin,
    ...byItself,
    ["§2.13", "leaves a rejected promise behind", LeavesRejection, ["§2.10", "§3.11"]],
  ],
  consumerSubject,
);

export const blackBoxTwins: readonly Twin<BlackBoxSubject<number>>[] = twins(
  [...always, ...byItself, ...withInstance],
  blackBoxSubject,
);

const silentPuppet = (probe: SubscriberProbe<number>): SubscriberProbe<number> => ({
  ...probe,
  onSubscribe: (puppet) => probe.onSubscribe({ ...puppet, request: (n) => puppet.request(Math.min(n, 1)) }),
});

const forgetful = (probe: SubscriberProbe<number>): SubscriberProbe<number> => ({
  ...probe,
  onNext: (item) => {
    if (item !== 1) probe.onNext(item);
  },
});

export const whiteBoxTwins: readonly Twin<WhiteBoxSubject<number>>[] = [
  ...twins(
    [
      ...always,
      ...seenWithin.filter(([, , Wrong]) => Wrong !== TakesAfterCancel),
      ...withInstance,
      ["§3.10", "loses items that come within its request", LosesItemsWithinRequest],
    ],
    whiteBoxSubject,
  ),
  {
    rule: "subject",
    name: "does not tell its probe of every item",
    entails: ["§3.10"],
    subject: whiteBoxSubject(undefined, forgetful),
  },
  {
    rule: "§3.8",
    name: "requests one item, however many it is told to",
    entails: [],
    subject: whiteBoxSubject(undefined, silentPuppet),
  },
];

/** What the naive subscriber asks for at a time. */
const BATCH = 4;
