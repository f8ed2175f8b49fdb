// A black box and a white box as consumers: then the same checks serve for all three.

import type { Publisher, Subscriber } from "@sluice/core";
import { claim } from "../check.js";
import type {
  BlackBoxSubject,
  ConsumerSubject,
  SubscriberPuppet,
  SubscriberSubject,
  WhiteBoxSubject,
} from "../subscriber-subject.js";

/** The subject as something that can be let consume. */
export function asConsumer<T>(subject: SubscriberSubject<T>): ConsumerSubject<T> {
  if ("consume" in subject) return subject;
  return "createProbed" in subject ? whiteBox(subject) : blackBox(subject);
}

/** It has seen an end when the signal returned: more does not show. */
function blackBox<T>(subject: BlackBoxSubject<T>): ConsumerSubject<T> {
  const { request, cancel } = subject;
  return {
    ...common(subject),
    requests: request === undefined,
    stoppable: cancel !== undefined,
    consume: (publisher) => {
      const subscriber = subject.create();
      return {
        ended: new Promise((resolve, reject) => {
          relay(publisher, subscriber, { onComplete: () => resolve(undefined), onError: reject });
        }),
        ...(request && { request: (n: number) => request.call(subject, subscriber, n) }),
        ...(cancel && { cancel: () => cancel.call(subject, subscriber) }),
      };
    },
  };
}

/** It has seen what it tells the probe. */
function whiteBox<T>(subject: WhiteBoxSubject<T>): ConsumerSubject<T> {
  return {
    ...common(subject),
    requests: false,
    stoppable: true,
    consume: (publisher) => {
      const received: T[] = [];
      let puppet: SubscriberPuppet | undefined;
      let cancelled = false;
      const moved = (): SubscriberPuppet => {
        claim(puppet !== undefined, "the probe was not told of onSubscribe, so nothing moves the subscriber");
        return puppet;
      };
      const ended = new Promise<void>((resolve, reject) => {
        const subscriber = subject.createProbed({
          onSubscribe: (given) => {
            puppet ??= given;
          },
          // What comes after cancel may be told as well (§2.8): that it came says nothing of what is made of it.
          onNext: (item) => {
            if (!cancelled) received.push(item);
          },
          onError: reject,
          onComplete: resolve,
        });
        publisher.subscribe(subscriber);
      });
      return {
        ended,
        received: () => received,
        request: (n) => moved().request(n),
        cancel: () => {
          cancelled = true;
          moved().cancel();
        },
      };
    },
  };
}

function common<T>(subject: BlackBoxSubject<T> | WhiteBoxSubject<T>): Omit<ConsumerSubject<T>, "consume"> {
  const { stopsAfter, takesAny, timers } = subject;
  return {
    item: (index) => subject.item(index),
    ...(stopsAfter !== undefined && { stopsAfter }),
    ...(takesAny !== undefined && { takesAny }),
    ...(timers !== undefined && { timers }),
    ...(subject.rest && { rest: () => subject.rest?.() }),
  };
}

/** Hands the publisher's signals to the subscriber, and tells when an end was taken. */
function relay<T>(
  publisher: Publisher<T>,
  subscriber: Subscriber<T>,
  taken: Pick<Subscriber<T>, "onComplete" | "onError">,
): void {
  publisher.subscribe({
    onSubscribe: (subscription) => subscriber.onSubscribe(subscription),
    onNext: (item) => subscriber.onNext(item),
    onError: (error) => {
      subscriber.onError(error);
      taken.onError(error);
    },
    onComplete: () => {
      subscriber.onComplete();
      taken.onComplete();
    },
  });
}
