// What a publisher that breaks one rule on purpose is: proof that the check of that rule can fail. Each is the
// naive publisher with one thing bent. `entails` lists the rules that cannot but break with it.

import type { Subscriber } from "@sluice/core";
import type { PublisherSubject } from "../../src/conformance/publisher-subject.js";
import {
  type ReferenceStream,
  type ReferenceSubscription,
  referencePublisher,
} from "../../src/conformance/reference-publisher.js";

/** A wrong publisher and the rules whose checks must see it. */
export interface PublisherTwin {
  readonly name: string;
  readonly rule: string;
  readonly entails: readonly string[];
  readonly subject: PublisherSubject<number>;
}

type Start = (
  stream: ReferenceStream<number>,
  subscriber: Subscriber<number>,
) => ReferenceSubscription<number>;

/** A subject of the naive publisher with subscriptions of the given kind. */
export function referenceSubject(start?: Start): PublisherSubject<number> {
  const item = (index: number): number => index;
  return {
    item,
    create: (count) => referencePublisher({ count, item }, start),
    createFailed: () =>
      referencePublisher({ count: 0, item, failure: { error: new Error("failed") } }, start),
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
    subject: referenceSubject((stream, subscriber) => new Wrong(stream, subscriber)),
  };
}
