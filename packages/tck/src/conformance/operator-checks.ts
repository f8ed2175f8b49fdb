// Everything that is asked of an operator: its publisher side over a naive upstream, its subscriber side with
// a downstream that takes all, and what must pass from one side to the other.

import { ManualSubscriber } from "../manual-subscriber.js";
import { bindChecks, type Check } from "./check.js";
import { passageChecks } from "./operator/passage.js";
import type { OperatorSubject } from "./operator-subject.js";
import { publisherChecks } from "./publisher-checks.js";
import type { PublisherSubject } from "./publisher-subject.js";
import { referencePublisher } from "./reference-publisher.js";
import { subscriberChecks } from "./subscriber-checks.js";
import type { SubscriberSubject } from "./subscriber-subject.js";

/**
 * The rules for both sides of an operator, and for what passes through it, as checks of the given subject.
 * Run them one after another.
 *
 * @example
 * ```ts
 * import { fromPublisher, map } from "@sluice/core";
 * import { operatorChecks } from "@sluice/tck";
 * const checks = operatorChecks<number, number>({
 *   apply: (upstream) => fromPublisher(upstream).pipe(map((n) => n * 10)),
 *   item: (index) => index,
 * });
 * for (const check of checks) await check.run(); // rejects with a ConformanceError that names the rule
 * console.log(checks.length > 30); // prints true
 * ```
 */
export function operatorChecks<A, B>(subject: OperatorSubject<A, B>): Check[] {
  return [
    ...publisherChecks(publisherSide(subject)),
    ...subscriberChecks(subscriberSide(subject)),
    ...bindChecks<OperatorSubject<A, B>>(subject, passageChecks<A, B>()),
  ];
}

function publisherSide<A, B>(subject: OperatorSubject<A, B>): PublisherSubject<B> {
  const { apply, item, needs = (count) => count } = subject;
  return {
    ...subject.publisher,
    ...(subject.rest && { rest: () => subject.rest?.() }),
    ...(subject.yields && { item: (index: number) => subject.yields?.(index) }),
    create: (count) => apply(referencePublisher<A>({ count: needs(count), item })),
    createFailed: () =>
      apply(referencePublisher<A>({ count: 0, item, failure: { error: new Error("failed") } })),
  };
}

function subscriberSide<A, B>(subject: OperatorSubject<A, B>): SubscriberSubject<A> {
  return {
    item: (index) => subject.item(index),
    stoppable: true,
    ...(subject.stopsAfter !== undefined && { stopsAfter: subject.stopsAfter }),
    ...(subject.rest && { rest: () => subject.rest?.() }),
    consume: (publisher) => {
      const downstream = new ManualSubscriber<B>();
      const ended = new Promise<void>((resolve, reject) => {
        subject.apply(publisher).subscribe({
          onSubscribe: (subscription) => {
            downstream.onSubscribe(subscription);
            downstream.request(Number.POSITIVE_INFINITY);
          },
          onNext: (item) => downstream.onNext(item),
          onError: reject,
          onComplete: resolve,
        });
      });
      return { ended, cancel: () => downstream.cancel() };
    },
  };
}
