// §1.8, §3.6, §3.7, §3.12, §3.15: what cancel does, when it is called at every place where it may be.

import type { ManualSubscriber } from "../../manual-subscriber.js";
import { type CheckOf, claim, firstReason } from "../check.js";
import { lacksItems, nearestCount, type PublisherSubject, stopsLater } from "../publisher-subject.js";
import { quiet } from "../resting.js";
import { everyKind, items, observe } from "./observe.js";

const atOnce = (subject: PublisherSubject): boolean => stopsLater(subject) === undefined;

/** Checks of cancel. */
export const cancelChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§1.8",
    title: "stops signalling when cancelled within onNext, with demand left",
    skip: (subject) => lacksItems(subject, 3),
    run: async (subject) => {
      let after = -1;
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 50)), {
        onSubscribe: (self) => self.request(Number.POSITIVE_INFINITY),
        onNext: (_, self) => {
          if (self.items.length !== 2) return;
          self.cancel();
          after = self.signals.length;
        },
      });
      if (subject.lossy !== true) await items(subject, subscriber, 2);
      await quiet(subject);
      if (after < 0) return; // all but one were lost
      if (!atOnce(subject)) after = subscriber.signals.length;
      await quiet(subject);
      claim(
        subscriber.signals.length === after,
        `${subscriber.signals.length - after} signals came after cancel`,
      );
    },
  },
  {
    rule: "§1.8",
    title: "signals no end either when cancelled within the last onNext",
    skip: (subject) => firstReason(lacksItems(subject, 1), stopsLater(subject)),
    run: async (subject) => {
      const count = nearestCount(subject, 1);
      const subscriber = await observe(subject, subject.create(count), {
        onSubscribe: (self) => self.request(Number.POSITIVE_INFINITY),
        onNext: (_, self) => {
          if (self.items.length === count) self.cancel();
        },
      });
      if (subject.lossy !== true) await items(subject, subscriber, count);
      await quiet(subject);
      claim(subscriber.items.length < count || !subscriber.ended, "the end was signalled after cancel");
    },
  },
  {
    rule: "§3.6",
    title: "ignores every request after cancel, a wrong one too",
    mayReport: true,
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)), {
        onSubscribe: (self) => {
          if (atOnce(subject)) self.cancel();
        },
      });
      subscriber.cancel();
      await quiet(subject);
      const before = subscriber.signals.length;
      for (const n of [1, Number.POSITIVE_INFINITY, 0, -1, Number.NaN, "3"]) subscriber.request(n);
      await quiet(subject);
      claim(
        subscriber.signals.length === before,
        `${subscriber.signals.length - before} signals came for it`,
      );
    },
  },
  {
    rule: "§3.7",
    title: "ignores every cancel after the first",
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)));
      subscriber.cancel();
      await quiet(subject);
      const before = subscriber.signals.length;
      subscriber.cancel();
      subscriber.cancel();
      await quiet(subject);
      claim(
        subscriber.signals.length === before,
        `${subscriber.signals.length - before} signals came for it`,
      );
    },
  },
  {
    rule: "§3.12",
    title: "signals nothing at all when cancelled within onSubscribe",
    skip: stopsLater,
    // A failure that has nobody left to be signalled to may be reported.
    mayReport: true,
    run: async (subject) => {
      for (const make of everyKind(subject)) {
        const subscriber = await observe(subject, make(), {
          onSubscribe: (self) => {
            self.request(3);
            self.cancel();
          },
        });
        await quiet(subject);
        claim(subscriber.signals.length === 1, `${subscriber.signals.length - 1} signals came after cancel`);
      }
    },
  },
  {
    rule: "§3.12",
    title: "stops when cancelled from outside, before and after a request",
    skip: (subject) => lacksItems(subject, 3),
    run: async (subject) => {
      for (const requested of [0, 1]) {
        const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)));
        if (requested > 0) subscriber.request(requested);
        await quiet(subject);
        let before = subscriber.signals.length;
        subscriber.cancel();
        if (!atOnce(subject)) {
          await quiet(subject);
          before = subscriber.signals.length;
        }
        await quiet(subject);
        claim(
          subscriber.signals.length === before,
          `${subscriber.signals.length - before} signals came after cancel`,
        );
      }
    },
  },
  {
    rule: "§3.15",
    title: "returns normally from cancel: before, between and within signals, and after the end",
    mayReport: true,
    run: async (subject) => {
      const thrown: unknown[] = [];
      const tries = (self: ManualSubscriber<unknown>): void => {
        try {
          self.cancel();
        } catch (error) {
          thrown.push(error);
        }
      };
      const first = await observe(subject, subject.create(nearestCount(subject, 6)), { onSubscribe: tries });
      const inNext = await observe(subject, subject.create(nearestCount(subject, 6)), {
        onNext: (_, self) => tries(self),
      });
      inNext.request(2);
      const atEnd = await observe(subject, subject.create(nearestCount(subject, 6)), {
        onComplete: tries,
        onError: (_, self) => tries(self),
      });
      atEnd.request(Number.POSITIVE_INFINITY);
      await quiet(subject);
      for (const subscriber of [first, inNext, atEnd]) tries(subscriber);
      claim(thrown.length === 0, `cancel threw ${String(thrown[0])}`);
    },
  },
];
