// §1.9 to §1.11, §2.5: subscribing, and more than once.

import type { Subscriber } from "@sluice/core";
import { ManualSubscriber } from "../../manual-subscriber.js";
import { until } from "../../settle.js";
import { type CheckOf, claim } from "../check.js";
import { itemText, sameItem } from "../same-item.js";
import {
  canCount,
  end,
  everyKind,
  isExact,
  items,
  nearestCount,
  observe,
  type PublisherSubject,
  seen,
} from "../publisher-subject.js";
import { quiet } from "../quiet.js";

/** Checks of subscribe. */
export const subscribeChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§1.9",
    title: "calls onSubscribe exactly once, before any other signal, and returns normally",
    run: async (subject) => {
      for (const make of everyKind(subject)) {
        const subscriber = await observe(subject, make());
        await quiet(subject);
        if (!subscriber.ended) subscriber.request(5);
        await quiet(subject);
        const kinds = subscriber.signals.map((signal) => signal.kind);
        claim(kinds[0] === "onSubscribe", `the first signal was ${kinds[0]}`);
        claim(kinds.lastIndexOf("onSubscribe") === 0, "onSubscribe came twice");
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
    rule: "§1.10",
    title: "can be subscribed to again after the first stream has ended",
    applies: (subject) => subject.subscribers !== "one" && subject.ends !== "never" && isExact(subject),
    run: async (subject) => {
      const count = nearestCount(subject, 3);
      const publisher = subject.create(count);
      for (let round = 0; round < 3; round++) {
        const subscriber = await observe(subject, publisher);
        if (!subscriber.ended) subscriber.request(count + 1);
        await end(subject, subscriber);
        claim(subscriber.items.length === count, `subscriber ${round + 1} ${seen(subscriber)}`);
      }
    },
  },
  {
    rule: "§1.11",
    title: "gives each of several subscribers the items that it asked for itself",
    applies: (subject) => subject.subscribers !== "one" && canCount(subject, 3, 1000) && isExact(subject),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 6));
      const first = await observe(subject, publisher);
      const second = await observe(subject, publisher);
      first.request(1);
      second.request(3);
      await items(subject, first, 1);
      await items(subject, second, 3);
      await quiet(subject);
      claim(first.items.length < 3, `the first ${seen(first)}: what the second had asked for`);
      second.cancel();
      first.request(1);
      await items(subject, first, 2);
      const [one, other] = [first.items[1], second.items[1]];
      claim(sameItem(one, other), `the two saw different items: ${itemText(one)} and ${itemText(other)}`);
    },
  },
  {
    rule: "§1.11",
    title: "rejects further subscribers by onError after onSubscribe (§1.9)",
    applies: (subject) => subject.subscribers === "one",
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 3));
      const first = await observe(subject, publisher);
      const second = await observe(subject, publisher);
      await until(() => second.ended, "onError for the second subscriber", subject.rest);
      claim(second.failed && second.items.length === 0, `the second ${seen(second)}`);
      first.cancel();
    },
  },
  {
    rule: "§2.5",
    title: "goes on with the first subscription when the same subscriber comes again and cancels the second",
    applies: (subject) => subject.subscribers !== "one" && canCount(subject, 3, 1000) && isExact(subject),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 6));
      const subscriber = new ManualSubscriber<unknown>();
      publisher.subscribe(subscriber);
      publisher.subscribe(subscriber);
      await quiet(subject);
      subscriber.request(2);
      await items(subject, subscriber, 2);
      claim(subscriber.items.length === 2, seen(subscriber));
    },
  },
  {
    rule: "subject",
    title: "hands on any value as an item: null, undefined, NaN, an error, a promise",
    applies: (subject) => subject.createOf !== undefined && isExact(subject),
    run: async (subject) => {
      const values = [
        null,
        undefined,
        Number.NaN,
        0,
        "",
        false,
        new Error("an item"),
        Symbol("item"),
        Promise.resolve(1),
      ];
      claim(subject.createOf !== undefined, "the subject has no createOf");
      const subscriber = await observe(subject, subject.createOf(values));
      subscriber.request(values.length + 1);
      await items(subject, subscriber, values.length);
      values.forEach((value, index) => {
        claim(
          Object.is(subscriber.items[index], value),
          `item ${index} was ${String(subscriber.items[index])}`,
        );
      });
    },
  },
];
