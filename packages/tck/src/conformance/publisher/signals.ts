// §1.2 to §1.7, §3.3: the order of signals, how a stream ends, and that nothing comes after.

import type { ManualSubscriber } from "../../manual-subscriber.js";
import { until } from "../../settle.js";
import { type CheckOf, claim } from "../check.js";
import { itemText, sameItem } from "../same-item.js";
import {
  canCount,
  end,
  firstEnd,
  isExact,
  items,
  nearestCount,
  observe,
  type PublisherSubject,
  seen,
} from "../publisher-subject.js";
import { quiet } from "../quiet.js";

const completes = (subject: PublisherSubject): boolean => (subject.ends ?? "complete") === "complete";

/** Checks of the order of signals and of the end. */
export const signalChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "subject",
    title: "create(n) makes a stream of exactly n items",
    applies: isExact,
    run: async (subject) => {
      for (const wanted of [1, 3]) {
        const count = nearestCount(subject, wanted);
        const subscriber = await observe(subject, subject.create(count));
        if (count > 0) {
          subscriber.request(count);
          await items(subject, subscriber, count);
        }
        if (!subscriber.ended) subscriber.request(2);
        await quiet(subject);
        claim(subscriber.items.length === count, `${seen(subscriber)} from create(${count})`);
      }
    },
  },
  {
    rule: "subject",
    title: "sends the items that it should, in order, however they are requested",
    applies: (subject) => subject.item !== undefined && isExact(subject),
    run: async (subject) => {
      const count = nearestCount(subject, 100);
      const subscriber = await observe(subject, subject.create(count));
      for (const n of [1, 2, 30, Number.POSITIVE_INFINITY]) {
        if (!subscriber.ended) subscriber.request(n);
        await items(subject, subscriber, Math.min(count, subscriber.requested));
      }
      subscriber.items.forEach((item, index) => {
        const wanted = subject.item?.(index);
        claim(sameItem(item, wanted), `item ${index} was ${itemText(item)} instead of ${itemText(wanted)}`);
      });
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
    applies: (subject) => subject.createFailed !== undefined,
    run: async (subject) => {
      const subscriber = await observe(subject, failed(subject));
      await end(subject, subscriber);
      claim(firstEnd(subscriber) === "onError", seen(subscriber));
    },
  },
  {
    rule: "§1.5",
    title: "signals the good end of a finite stream by onComplete, also when more was requested (§1.2)",
    applies: completes,
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 3)));
      if (!subscriber.ended) subscriber.request(nearestCount(subject, 3) + 7);
      await end(subject, subscriber);
      claim(firstEnd(subscriber) === "onComplete", seen(subscriber));
    },
  },
  {
    rule: "§1.5",
    title: "completes an empty stream without a request",
    applies: (subject) => completes(subject) && canCount(subject, 0) && subject.endsWithoutDemand !== false,
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(0));
      await until(() => subscriber.ended, "onComplete without a request", subject.rest);
      claim(subscriber.completed, seen(subscriber));
    },
  },
  {
    rule: "§1.6",
    title: "considers the subscription cancelled after the end: request and cancel do nothing",
    applies: (subject) => subject.ends !== "never",
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 1)));
      if (!subscriber.ended) subscriber.request(nearestCount(subject, 1) + 7);
      await end(subject, subscriber);
      await quiet(subject);
      const before = subscriber.signals.length;
      for (const n of [1, 0, Number.NaN, Number.POSITIVE_INFINITY]) subscriber.request(n);
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
    applies: (subject) => subject.ends !== "never",
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 3)));
      if (!subscriber.ended) subscriber.request(nearestCount(subject, 3) + 7);
      await end(subject, subscriber);
      await quiet(subject);
      claimOneEnd(subscriber.signals.map((signal) => signal.kind));
    },
  },
  {
    rule: "§1.7",
    title: "signals nothing after onError",
    applies: (subject) => subject.createFailed !== undefined,
    run: async (subject) => {
      const subscriber = await observe(subject, failed(subject));
      if (!subscriber.ended) subscriber.request(7);
      await end(subject, subscriber);
      await quiet(subject);
      claimOneEnd(subscriber.signals.map((signal) => signal.kind));
    },
  },
  {
    rule: "§3.3",
    title:
      "bounds the recursion between request and onNext: 100,000 items, each requested from within the last",
    applies: (subject) => canCount(subject, 20_000),
    run: async (subject) => {
      const count = nearestCount(subject, 100_000);
      let thrown: unknown;
      const ask = (self: ManualSubscriber<unknown>): void => {
        try {
          self.request(1);
        } catch (error) {
          thrown ??= error;
        }
      };
      const subscriber = await observe(subject, subject.create(count), {
        onSubscribe: ask,
        onNext: (_, self) => ask(self),
      });
      await until(
        () => thrown !== undefined || subscriber.ended || subscriber.items.length >= count,
        `${count} items; ${seen(subscriber)}`,
        subject.rest,
      );
      claim(thrown === undefined, `request threw ${String(thrown)} after ${subscriber.items.length} items`);
      claim(!subscriber.failed || subject.ends === "error", seen(subscriber));
      claim(subject.lossy === true || subscriber.items.length === count, seen(subscriber));
    },
  },
];

function failed(subject: PublisherSubject): ReturnType<PublisherSubject["create"]> {
  claim(subject.createFailed !== undefined, "the subject has no createFailed");
  return subject.createFailed();
}

function claimOneEnd(kinds: readonly string[]): void {
  const first = kinds.findIndex((kind) => kind === "onComplete" || kind === "onError");
  const after = kinds.slice(first + 1);
  claim(after.length === 0, `after ${kinds[first]} came ${after.slice(0, 5).join(", ")}`);
}
