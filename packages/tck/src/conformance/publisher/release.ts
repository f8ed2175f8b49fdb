// §3.13: what a publisher still holds of a subscriber that has cancelled.

import { ManualSubscriber } from "../../manual-subscriber.js";
import { type CheckOf, claim } from "../check.js";
import { nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { quiet, until } from "../resting.js";

/** Checks of what is released; they apply where the host offers `gc()`, as `node --expose-gc` does. */
export const releaseChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§3.13",
    title: "drops the reference to a cancelled subscriber",
    skip: () => (collector() === undefined ? "the host offers no gc(); node --expose-gc does" : undefined),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 6));
      const { subscriber, subscription } = await cancelledSubscriber(subject, publisher);
      for (let round = 0; round < 20 && subscriber.deref() !== undefined; round++) {
        await quiet(subject);
        collector()?.();
      }
      claim(
        subscriber.deref() === undefined,
        "the subscriber is still held while publisher and subscription are",
      );
      subscription.cancel();
      claim(typeof publisher.subscribe === "function", "the publisher is gone");
    },
  },
];

/** In a function of its own, so that no variable of the check keeps the subscriber alive. */
async function cancelledSubscriber(
  subject: PublisherSubject,
  publisher: ReturnType<PublisherSubject["create"]>,
): Promise<{ subscriber: WeakRef<object>; subscription: { cancel(): void } }> {
  const subscriber = new ManualSubscriber<unknown>();
  publisher.subscribe(subscriber);
  await until(() => subscriber.subscription !== undefined, "onSubscribe", subject);
  const { subscription } = subscriber;
  claim(subscription !== undefined, "no subscription came");
  subscription.request(1);
  await quiet(subject);
  subscription.cancel();
  return { subscriber: new WeakRef(subscriber), subscription };
}

function collector(): (() => void) | undefined {
  const { gc } = globalThis as { gc?: () => void };
  return typeof gc === "function" ? gc : undefined;
}
