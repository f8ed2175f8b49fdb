// §1.10, §1.11, §3.14: more than one subscriber, one after another and at the same time.

import { ManualSubscriber } from "../../manual-subscriber.js";
import { type CheckOf, claim, firstReason } from "../check.js";
import {
  lacksItems,
  losesItems,
  nearestCount,
  neverEnds,
  type PublisherSubject,
  unlessServing,
} from "../publisher-subject.js";
import { quiet, until } from "../resting.js";
import { itemText, sameItem } from "../same-item.js";
import { end, items, observe, seen } from "./observe.js";

/** Checks of several subscribers. */
export const severalSubscribersChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§1.10",
    title: "can be subscribed to again after the first stream has ended",
    skip: (subject) => firstReason(unlessServing(subject, "each"), neverEnds(subject), losesItems(subject)),
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
    rule: "§1.10",
    title: "tells the end to who subscribes after it",
    skip: (subject) => firstReason(unlessServing(subject, "shared"), neverEnds(subject)),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 3));
      const first = await observe(subject, publisher);
      if (!first.ended) first.request(Number.POSITIVE_INFINITY);
      await end(subject, first);
      const late = await observe(subject, publisher);
      if (!late.ended) late.request(Number.POSITIVE_INFINITY);
      await until(() => late.ended, "the end for a late subscriber", subject);
    },
  },
  {
    rule: "§1.10",
    title:
      "goes on with the first subscription when the same subscriber comes again and cancels the second (§2.5)",
    skip: (subject) =>
      firstReason(unlessServing(subject, "each", "shared"), lacksItems(subject, 3), losesItems(subject)),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 6));
      const subscriber = new ManualSubscriber<unknown>();
      publisher.subscribe(subscriber);
      publisher.subscribe(subscriber);
      await quiet(subject);
      subscriber.request(2);
      await items(subject, subscriber, 2);
      await quiet(subject);
      claim(subscriber.items.length === 2 && !subscriber.failed, seen(subscriber));
    },
  },
  {
    rule: "§1.11",
    title: "gives each of several subscribers the items that it asked for itself",
    skip: (subject) =>
      firstReason(unlessServing(subject, "each"), lacksItems(subject, 3), losesItems(subject)),
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
    title: "gives several subscribers the same items, and none more than it asked for",
    skip: (subject) =>
      firstReason(unlessServing(subject, "shared"), lacksItems(subject, 3), losesItems(subject)),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 6));
      const first = await observe(subject, publisher);
      const second = await observe(subject, publisher);
      first.request(1);
      second.request(3);
      await quiet(subject);
      claim(first.surplus <= 0, `the first ${seen(first)}: what the second had asked for`);
      first.request(2);
      await items(subject, first, 3);
      await items(subject, second, 3);
      first.items.forEach((item, index) => {
        const other = second.items[index];
        claim(
          sameItem(item, other),
          `item ${index} was ${itemText(item)} for one, ${itemText(other)} for the other`,
        );
      });
      second.cancel();
    },
  },
  {
    rule: "§1.11",
    title: "rejects further subscribers by onError after onSubscribe (§1.9)",
    skip: (subject) => unlessServing(subject, "one"),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 3));
      const first = await observe(subject, publisher);
      const second = await observe(subject, publisher);
      await until(() => second.ended, "onError for the second subscriber", subject);
      claim(second.failed && second.items.length === 0, `the second ${seen(second)}`);
      first.cancel();
    },
  },
  {
    rule: "§3.14",
    title: "serves who comes after the last subscriber cancelled, or tells it the end",
    skip: (subject) =>
      firstReason(unlessServing(subject, "each", "one"), lacksItems(subject, 3), losesItems(subject)),
    run: async (subject) => {
      const publisher = subject.create(nearestCount(subject, 6));
      const first = await observe(subject, publisher);
      first.request(1);
      await items(subject, first, 1);
      first.cancel();
      await quiet(subject);
      const next = await observe(subject, publisher);
      if (!next.ended) next.request(1);
      await until(
        () => next.ended || next.items.length > 0,
        `an item or the end for the next subscriber, which ${seen(next)}`,
        subject,
      );
    },
  },
];
