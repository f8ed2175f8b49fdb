// §1.9, §2.12: what subscribe does. §1.10, §1.11 and §3.14, about more than one subscriber, are in subscribers.ts.

import type { Subscriber } from "@sluice/core";
import { type CheckOf, claim } from "../check.js";
import { nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { quiet } from "../resting.js";
import { everyKind, observe } from "./observe.js";

/** Checks of subscribe. */
export const subscribeChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§1.9",
    title: "calls onSubscribe before any other signal, and returns normally",
    run: async (subject) => {
      for (const make of everyKind(subject)) {
        const [first] = await kindsOfSignals(subject, make);
        claim(first === "onSubscribe", `the first signal was ${first}`);
      }
    },
  },
  {
    rule: "§1.9",
    title: "throws a TypeError from subscribe without a subscriber",
    run: async (subject) => {
      for (const missing of [null, undefined]) {
        const publisher = subject.create(nearestCount(subject, 3));
        let thrown: unknown;
        try {
          publisher.subscribe(missing as unknown as Subscriber<unknown>);
        } catch (error) {
          thrown = error;
        }
        claim(
          thrown instanceof TypeError,
          `subscribe(${missing}) gave ${String(thrown)}; wanted a TypeError`,
        );
      }
    },
  },
  {
    rule: "§2.12",
    title: "calls onSubscribe at most once",
    run: async (subject) => {
      for (const make of everyKind(subject)) {
        const kinds = await kindsOfSignals(subject, make);
        const times = kinds.filter((kind) => kind === "onSubscribe").length;
        claim(times <= 1, `onSubscribe came ${times} times`);
      }
    },
  },
];

async function kindsOfSignals(
  subject: PublisherSubject,
  make: ReturnType<typeof everyKind>[number],
): Promise<string[]> {
  const subscriber = await observe(subject, make());
  await quiet(subject);
  if (!subscriber.ended) subscriber.request(5);
  await quiet(subject);
  return subscriber.signals.map((signal) => signal.kind);
}
