// What a subject says of its own items: how many there are, which, and that any value may be one.

import { type CheckOf, claim, firstReason } from "../check.js";
import { losesItems, nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { quiet } from "../resting.js";
import { itemText, sameItem } from "../same-item.js";
import { items, observe, seen } from "./observe.js";

/** Values that programs take for nothing, and others that are rare as items. */
const ODD_ITEMS: readonly unknown[] = [
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

/** Checks of the subject itself. */
export const itemChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "subject",
    title: "create(n) makes a stream of exactly n items",
    skip: losesItems,
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
    skip: (subject) =>
      firstReason(
        losesItems(subject),
        subject.item === undefined ? "it is not said which items come (item)" : undefined,
      ),
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
    rule: "subject",
    title: "hands on any value as an item: null, undefined, NaN, an error, a promise",
    skip: (subject) =>
      firstReason(
        losesItems(subject),
        subject.createOf === undefined ? "no publisher of given items can be made (createOf)" : undefined,
      ),
    run: async (subject) => {
      claim(subject.createOf !== undefined, "the subject has no createOf");
      const subscriber = await observe(subject, subject.createOf(ODD_ITEMS));
      subscriber.request(ODD_ITEMS.length + 1);
      await items(subject, subscriber, ODD_ITEMS.length);
      ODD_ITEMS.forEach((value, index) => {
        const got = subscriber.items[index];
        claim(Object.is(got, value), `item ${index} was ${itemText(got)} instead of ${itemText(value)}`);
      });
    },
  },
];
