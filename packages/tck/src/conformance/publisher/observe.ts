// A publisher of the subject under observation, and waiting for what must come of it.

import { until } from "../resting.js";
import type { Publisher } from "@sluice/core";
import { ManualSubscriber, type SignalHooks } from "../../manual-subscriber.js";
import { claim } from "../check.js";
import { itemText } from "../same-item.js";
import { nearestCount, type PublisherSubject } from "../publisher-subject.js";

/** An empty, a short and a failing stream, as far as there are such; made when asked for, as some start to run. */
export function everyKind<T>(subject: PublisherSubject<T>): (() => Publisher<T>)[] {
  const kinds = [
    () => subject.create(nearestCount(subject, 0)),
    () => subject.create(nearestCount(subject, 5)),
  ];
  if (subject.createFailed !== undefined) kinds.push(() => failed(subject));
  return kinds;
}

/** A failed publisher; the checks that need one are skipped for a subject that has none. */
export function failed<T>(subject: PublisherSubject<T>): Publisher<T> {
  claim(subject.createFailed !== undefined, "the subject has no createFailed");
  return subject.createFailed();
}

/** Subscribes, and waits for `onSubscribe`. */
export async function observe<T>(
  subject: PublisherSubject<T>,
  publisher: Publisher<T>,
  hooks: SignalHooks<T> = {},
): Promise<ManualSubscriber<T>> {
  const subscriber = new ManualSubscriber<T>(hooks);
  claim(
    typeof publisher?.subscribe === "function",
    `the subject made ${itemText(publisher)}, which has no method subscribe`,
  );
  publisher.subscribe(subscriber);
  await until(() => subscriber.subscription !== undefined, "onSubscribe", subject);
  return subscriber;
}

/** Waits for `count` items. */
export async function items(
  subject: PublisherSubject,
  subscriber: ManualSubscriber<unknown>,
  count: number,
): Promise<void> {
  await until(() => subscriber.items.length >= count || subscriber.ended, `${count} items`, subject);
  claim(
    subscriber.items.length >= count,
    `${seen(subscriber)}, where ${count} items were asked for and exist`,
  );
}

/** Waits for the terminal signal, after asking for more where the publisher needs that to learn of its end. */
export async function end(subject: PublisherSubject, subscriber: ManualSubscriber<unknown>): Promise<void> {
  if (subject.endsWithoutDemand === false && !subscriber.ended) subscriber.request(1);
  await until(() => subscriber.ended, `the end; ${seen(subscriber)}`, subject);
}

/** The first terminal signal; what came after it is the matter of §1.7. */
export function firstEnd(subscriber: ManualSubscriber<unknown>): "onError" | "onComplete" | undefined {
  const kinds = subscriber.signals.map((signal) => signal.kind);
  return kinds.find((kind) => kind === "onError" || kind === "onComplete");
}

/** What the subscriber has seen, for a message. */
export function seen(subscriber: ManualSubscriber<unknown>): string {
  const last = subscriber.completed
    ? " and onComplete"
    : subscriber.failed
      ? ` and ${String(subscriber.error)}`
      : "";
  return `saw ${subscriber.items.length} items${last} for a demand of ${subscriber.requested}`;
}
