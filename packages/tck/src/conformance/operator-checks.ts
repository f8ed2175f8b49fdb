// Everything that is asked of an operator: its publisher side over a naive upstream, its subscriber side with
// a downstream that takes all, and what must pass from one side to the other.

import { ManualSubscriber } from "../manual-subscriber.js";
import { bindChecks, type Check } from "./check.js";
import { checkMethods } from "./check-subject.js";
import { passageChecks } from "./operator/passage.js";
import { stackedChecks } from "./operator/stacked.js";
import type { OperatorSubject } from "./operator-subject.js";
import { publisherChecks } from "./publisher-checks.js";
import type { PublisherSubject } from "./publisher-subject.js";
import type { Resting } from "./resting.js";
import { referencePublisher } from "./reference-publisher.js";
import { subscriberChecks } from "./subscriber-checks.js";
import type { ConsumerSubject } from "./subscriber-subject.js";

/**
 * The rules for both sides of an operator, and for what passes through it, as checks of the given subject.
 * Run them one after another.
 *
 * @example
 * ```ts
 * import { fromPublisher, map } from "@sluice/core";
 * import { operatorChecks, runChecks } from "@sluice/tck";
 * const checks = operatorChecks<number, number>({
 *   apply: (upstream) => fromPublisher(upstream).pipe(map((n) => n * 10)),
 *   item: (index) => index,
 * });
 * const results = await runChecks(checks);
 * console.log(results.filter(({ error }) => error !== undefined)); // prints []
 * ```
 */
export function operatorChecks<A, B>(subject: OperatorSubject<A, B>): Check[] {
  checkMethods("operator", subject, "apply", "item");
  return [
    ...publisherChecks(publisherSide(subject)),
    ...subscriberChecks(subscriberSide(subject)),
    ...bindChecks<OperatorSubject<A, B>>(subject, [...passageChecks<A, B>(), ...stackedChecks<A, B>()]),
  ];
}

function publisherSide<A, B>(subject: OperatorSubject<A, B>): PublisherSubject<B> {
  const { apply, item, needs = (count) => count, passesAny } = subject;
  return {
    ...subject.publisher,
    ...resting(subject),
    ...(subject.yields && { item: (index: number) => subject.yields?.(index) }),
    create: (count) => apply(referencePublisher<A>({ count: needs(count), item })),
    createFailed: () =>
      apply(referencePublisher<A>({ count: 0, item, failure: { error: new Error("failed") } })),
    ...(passesAny === true && {
      createOf: (items) =>
        apply(referencePublisher<A>({ count: items.length, item: (index) => items[index] as A })),
    }),
  };
}

function subscriberSide<A, B>(subject: OperatorSubject<A, B>): ConsumerSubject<A> {
  return {
    item: (index) => subject.item(index),
    stoppable: true,
    ...(subject.stopsAfter !== undefined && { stopsAfter: subject.stopsAfter }),
    ...(subject.passesAny !== undefined && { takesAny: subject.passesAny }),
    ...resting(subject),
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
      return {
        ended,
        cancel: () => downstream.cancel(),
        ...(subject.passesAny === true && { received: () => downstream.items }),
      };
    },
  };
}

function resting<A, B>({ rest, timers }: OperatorSubject<A, B>): Resting {
  return { ...(rest && { rest }), ...(timers !== undefined && { timers }) };
}
