// §2.13, seen from the publisher: what a subscriber that throws can do to it.

import type { Publisher } from "@sluice/core";
import { captureReported } from "../../capture-reported.js";
import { ManualSubscriber, type SignalHooks } from "../../manual-subscriber.js";
import { until } from "../../settle.js";
import { type CheckOf, claim } from "../check.js";
import { canCount, nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { quiet } from "../quiet.js";

/** Checks of what happens to a subscriber that throws. */
export const throwingSubscriberChecks: readonly CheckOf<PublisherSubject>[] = [
  throwing("onSubscribe", (subject) => subject.create(nearestCount(subject, 5))),
  throwing("onNext", (subject) => subject.create(nearestCount(subject, 5))),
  throwing("onComplete", (subject) => subject.create(nearestCount(subject, 1))),
  throwing("onError", (subject) => {
    claim(subject.createFailed !== undefined, "the subject has no createFailed");
    return subject.createFailed();
  }),
];

/** §2.13: a subscriber that throws is cancelled, gets nothing more, and its error goes to reportError alone. */
function throwing(
  signal: keyof SignalHooks<unknown>,
  make: (subject: PublisherSubject) => Publisher<unknown>,
): CheckOf<PublisherSubject> {
  return {
    rule: "§2.13",
    title: `cancels a subscriber that throws from ${signal}, and reports its error as uncaught`,
    applies: (subject) => subject.reports !== false && comes(subject, signal),
    run: async (subject) => {
      const thrown = new Error(`thrown from ${signal}`);
      const subscriber = new ManualSubscriber<unknown>({
        onSubscribe: (self) => self.request(1),
        [signal]: () => {
          throw thrown;
        },
      });
      const reported = await captureReported(async () => {
        make(subject).subscribe(subscriber);
        await until(() => subscriber.subscription !== undefined, "onSubscribe", subject.rest);
        await quiet(subject);
        if (!subscriber.ended) subscriber.request(7);
        await quiet(subject);
      });
      const kinds = subscriber.signals.map((one) => one.kind);
      // An end that never came is the matter of §1.4 and §1.5.
      if (!kinds.includes(signal)) return;
      claim(kinds.at(-1) === signal, `after ${signal} had thrown came ${kinds.at(-1)}`);
      claim(kinds.indexOf(signal) === kinds.length - 1, `${signal} came again after it had thrown`);
      const times = reported.filter((error) => error === thrown).length;
      claim(times === 1, `what was thrown was reported ${times} times; wanted once`);
    },
  };
}

/** Whether this signal can come at all. */
function comes(subject: PublisherSubject, signal: keyof SignalHooks<unknown>): boolean {
  if (signal === "onSubscribe") return true;
  if (signal === "onNext") return canCount(subject, 1, 1000);
  if (signal === "onError") return subject.createFailed !== undefined;
  return (subject.ends ?? "complete") === "complete";
}
