// §1.2 to §1.7: the order of signals, how a stream ends, and that nothing comes after.

import type { ManualSubscriber } from "../../manual-subscriber.js";
import { type CheckOf, claim, firstReason } from "../check.js";
import {
  canCount,
  nearestCount,
  neverCompletes,
  neverEnds,
  neverFails,
  type PublisherSubject,
} from "../publisher-subject.js";
import { quiet, until } from "../resting.js";
import { end, failed, firstEnd, items, observe, seen } from "./observe.js";

/** Checks of the order of signals and of the end. */
export const signalChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§1.2",
    title: "may end before all demand is used: onComplete comes all the same, and no item that there is not",
    skip: neverCompletes,
    run: async (subject) => {
      const count = nearestCount(subject, 3);
      const subscriber = await observe(subject, subject.create(count));
      if (!subscriber.ended) subscriber.request(more(subject, count));
      await end(subject, subscriber);
      claim(firstEnd(subscriber) === "onComplete", seen(subscriber));
      claim(
        subject.lossy === true || subscriber.items.length <= count,
        `${seen(subscriber)} from create(${count})`,
      );
    },
  },
  {
    rule: "§1.3",
    title: "signals one at a time, also when requests come from within them",
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 50)), {
        onSubscribe: (self) => self.request(1),
        onNext: (_, self) => {
          self.request(1);
          self.request(2);
        },
      });
      await quiet(subject);
      claim(subscriber.depth <= 1, `signals overlapped ${subscriber.depth} deep`);
    },
  },
  {
    rule: "§1.3",
    title: "signals the end after a running onSubscribe or onNext, not within it",
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 2)), {
        onSubscribe: (self) => self.request(Number.POSITIVE_INFINITY),
        onNext: (_, self) => self.request(1),
      });
      await quiet(subject);
      claim(subscriber.depth <= 1, `signals overlapped ${subscriber.depth} deep`);
    },
  },
  {
    rule: "§1.3",
    title: "signals the error of a wrong request (§3.9) after the running signal, not within it",
    mayReport: true,
    run: async (subject) => {
      for (const hooks of [
        { onSubscribe: (self: ManualSubscriber<unknown>) => self.request(0) },
        { onNext: (_: unknown, self: ManualSubscriber<unknown>) => self.request(0) },
      ]) {
        const subscriber = await observe(subject, subject.create(nearestCount(subject, 3)), hooks);
        if (!subscriber.ended) subscriber.request(1);
        await quiet(subject);
        claim(subscriber.depth <= 1, `signals overlapped ${subscriber.depth} deep`);
      }
    },
  },
  {
    rule: "§1.4",
    title: "signals a failure by onError",
    skip: neverFails,
    run: async (subject) => {
      const subscriber = await observe(subject, failed(subject));
      await end(subject, subscriber);
      claim(firstEnd(subscriber) === "onError", seen(subscriber));
    },
  },
  {
    rule: "§1.5",
    title:
      "signals the good end of a finite stream by onComplete, when its items were requested and at most one more",
    skip: neverCompletes,
    run: async (subject) => {
      const count = nearestCount(subject, 3);
      const subscriber = await observe(subject, subject.create(count));
      if (subject.lossy === true) subscriber.request(Number.POSITIVE_INFINITY);
      else if (count > 0) {
        subscriber.request(count);
        await items(subject, subscriber, count);
      }
      await quiet(subject);
      if (!subscriber.ended) subscriber.request(1); // what drops items cannot know that no more will come
      await end(subject, subscriber);
      claim(firstEnd(subscriber) === "onComplete", seen(subscriber));
    },
  },
  {
    rule: "§1.5",
    title: "completes an empty stream without a request",
    skip: (subject) =>
      firstReason(
        neverCompletes(subject),
        canCount(subject, 0) ? undefined : "the stream is never empty (minCount)",
        subject.endsWithoutDemand === false ? "its end needs a request (endsWithoutDemand)" : undefined,
      ),
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(0));
      await until(() => subscriber.ended, "onComplete without a request", subject);
      claim(subscriber.completed, seen(subscriber));
    },
  },
  {
    rule: "§1.6",
    title: "considers the subscription cancelled after the end: request and cancel do nothing",
    skip: neverEnds,
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 1)));
      if (!subscriber.ended) subscriber.request(more(subject, 1));
      await end(subject, subscriber);
      await quiet(subject);
      const before = subscriber.signals.length;
      for (const n of [1, 0, Number.NaN, "3", Number.POSITIVE_INFINITY]) subscriber.request(n);
      subscriber.cancel();
      await quiet(subject);
      claim(
        subscriber.signals.length === before,
        `${subscriber.signals.length - before} signals came after that`,
      );
    },
  },
  {
    rule: "§1.7",
    title: "signals nothing after the end",
    skip: neverEnds,
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 3)));
      if (!subscriber.ended) subscriber.request(more(subject, 3));
      await end(subject, subscriber);
      await quiet(subject);
      claimOneEnd(subscriber.signals.map((signal) => signal.kind));
    },
  },
  {
    rule: "§1.7",
    title: "signals nothing after onError",
    skip: neverFails,
    run: async (subject) => {
      const subscriber = await observe(subject, failed(subject));
      if (!subscriber.ended) subscriber.request(7);
      await end(subject, subscriber);
      await quiet(subject);
      claimOneEnd(subscriber.signals.map((signal) => signal.kind));
    },
  },
];

/** More than there is of a stream of so many items; of one that loses items nobody knows how many there are. */
function more(subject: PublisherSubject, count: number): number {
  return subject.lossy === true ? Number.POSITIVE_INFINITY : nearestCount(subject, count) + 7;
}

function claimOneEnd(kinds: readonly string[]): void {
  const first = kinds.findIndex((kind) => kind === "onComplete" || kind === "onError");
  const after = kinds.slice(first + 1);
  claim(after.length === 0, `after ${kinds[first]} came ${after.slice(0, 5).join(", ")}`);
}
