// Publishers that break one rule on purpose: each is the naive publisher with one thing bent, either in its
// subscriptions or in what these share.

import type { Publisher, Subscriber } from "@sluice/core";
import type { PublisherSubject } from "../../src/conformance/publisher-subject.js";
import {
  type ReferenceStream,
  ReferenceSubscription,
  referencePublisher,
} from "../../src/conformance/reference-publisher.js";
import type { Twin } from "./twin.js";

/** A wrong publisher. */
export type PublisherTwin = Twin<PublisherSubject<number>>;

/** Makes the subscriptions of one publisher. */
export type Start = (
  stream: ReferenceStream<number>,
  subscriber: Subscriber<number>,
) => ReferenceSubscription<number>;

/** A subject of the naive publisher; `startOf` is called for each publisher. */
export function referenceSubject(
  startOf: () => Start = () => (stream, subscriber) => new ReferenceSubscription(stream, subscriber),
): PublisherSubject<number> {
  const item = (index: number): number => index;
  return {
    item,
    timers: false,
    create: (count) => referencePublisher({ count, item }, startOf()),
    createFailed: () =>
      referencePublisher({ count: 0, item, failure: { error: new Error("failed") } }, startOf()),
    createOf: (items) => referencePublisher({ count: items.length, item: (index) => items[index] }),
  };
}

/** A twin whose subscriptions are of the wrong class. */
export function publisherTwin(
  rule: string,
  name: string,
  Wrong: new (
    stream: ReferenceStream<number>,
    subscriber: Subscriber<number>,
  ) => ReferenceSubscription<number>,
  entails: readonly string[] = [],
): PublisherTwin {
  return {
    name,
    rule,
    entails,
    subject: referenceSubject(() => (stream, subscriber) => new Wrong(stream, subscriber)),
  };
}

/** A subject whose publishers serve their first subscriber alone, and answer the others as `next` says. */
export function lonelySubject(next: "error" | "complete" = "error"): PublisherSubject<number> {
  const subject = referenceSubject();
  return {
    ...subject,
    subscribers: "one",
    create: (count) => once(subject.create(count), next),
    ...(subject.createFailed && { createFailed: subject.createFailed }),
  };
}

function once(publisher: Publisher<number>, next: "error" | "complete"): Publisher<number> {
  const item = (index: number): number => index;
  const rest = referencePublisher({
    count: 0,
    item,
    ...(next === "error" && { failure: { error: new Error("Cannot serve a second subscriber") } }),
  });
  let served = false;
  return {
    subscribe: (subscriber) => {
      if (subscriber != null && served) rest.subscribe(subscriber);
      else publisher.subscribe(subscriber);
      served ||= subscriber != null;
    },
  };
}
