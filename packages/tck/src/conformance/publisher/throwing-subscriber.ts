// §2.13, seen from the publisher: what a subscriber that throws can do to it, wherever it throws.

import type { Publisher } from "@sluice/core";
import { captureReported } from "../../capture-reported.js";
import { ManualSubscriber, type SignalHooks } from "../../manual-subscriber.js";
import { type CheckOf, claim, firstReason } from "../check.js";
import {
  lacksItems,
  nearestCount,
  neverCompletes,
  neverFails,
  type PublisherSubject,
} from "../publisher-subject.js";
import { quiet, until } from "../resting.js";
import { failed } from "./observe.js";

type Position = keyof SignalHooks<unknown>;
type Throwing = (act: () => never) => SignalHooks<unknown>;

/** Checks of what happens to a subscriber that throws. */
export const throwingSubscriberChecks: readonly CheckOf<PublisherSubject>[] = [
  throwing("onSubscribe", "onSubscribe", (act) => ({ onSubscribe: act })),
  throwing("onSubscribe", "onSubscribe, after it requested", (act) => ({
    onSubscribe: (self) => {
      self.request(3);
      act();
    },
  })),
  throwing("onNext", "onNext", (act) => ({ onSubscribe: (self) => self.request(1), onNext: act })),
  throwing("onNext", "onNext, with demand left", (act) => ({
    onSubscribe: (self) => self.request(Number.POSITIVE_INFINITY),
    onNext: (_, self) => {
      if (self.items.length === 2) act();
    },
  })),
  throwing("onNext", "onNext, after it cancelled", (act) => ({
    onSubscribe: (self) => self.request(2),
    onNext: (_, self) => {
      self.cancel();
      act();
    },
  })),
  throwing("onComplete", "onComplete", (act) => ({
    onSubscribe: (self) => self.request(1),
    onComplete: act,
  })),
  throwing("onError", "onError", (act) => ({ onSubscribe: (self) => self.request(1), onError: act })),
];

/** §2.13: a subscriber that throws is cancelled, gets nothing more, and its error goes to reportError alone. */
function throwing(signal: Position, where: string, hooks: Throwing): CheckOf<PublisherSubject> {
  return {
    rule: "§2.13",
    title: `cancels a subscriber that throws from ${where}, and reports its error as uncaught`,
    skip: (subject) =>
      firstReason(
        subject.reports === false
          ? "errors of subscribers are made known in another way (reports)"
          : undefined,
        cannotCome(subject, signal),
      ),
    run: async (subject) => {
      const thrown = new Error(`thrown from ${signal}`);
      let times = 0;
      const subscriber = new ManualSubscriber<unknown>(
        hooks(() => {
          times++;
          throw thrown;
        }),
      );
      const reported = await captureReported(async () => {
        make(subject, signal).subscribe(subscriber);
        await until(() => subscriber.subscription !== undefined, "onSubscribe", subject);
        await quiet(subject);
        if (!subscriber.ended) subscriber.request(7);
        await quiet(subject);
      });
      const kinds = subscriber.signals.map((one) => one.kind);
      // A signal that never came is the matter of §1.4, §1.5 and §3.8.
      if (times === 0) return;
      claim(kinds.at(-1) === signal, `after ${signal} had thrown came ${kinds.at(-1)}`);
      claim(times === 1, `${signal} came again after it had thrown`);
      const told = reported.filter((error) => error === thrown).length;
      claim(told === 1, `what was thrown was reported ${told} times; wanted once`);
    },
  };
}

function make(subject: PublisherSubject, signal: Position): Publisher<unknown> {
  if (signal === "onError") return failed(subject);
  return subject.create(nearestCount(subject, signal === "onComplete" ? 1 : 5));
}

/** Why not, if this signal cannot come at all. */
function cannotCome(subject: PublisherSubject, signal: Position): string | undefined {
  if (signal === "onNext") return lacksItems(subject, 1);
  if (signal === "onError") return neverFails(subject);
  return signal === "onComplete" ? neverCompletes(subject) : undefined;
}
