// §1.1, §3.2, §3.8, §3.17: the credit itself. Nothing that was not asked for, and all that was.

import { type CheckOf, claim, firstReason } from "../check.js";
import { lacksItems, losesItems, nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { quiet } from "../resting.js";
import { firstEnd, items, observe, seen } from "./observe.js";

const lacks = (subject: PublisherSubject, count: number): string | undefined =>
  firstReason(lacksItems(subject, count), losesItems(subject));
const lacksSix = (subject: PublisherSubject): string | undefined => lacks(subject, 6);
const lacksOne = (subject: PublisherSubject): string | undefined => lacks(subject, 1);

/** Checks of demand. */
export const demandChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§1.1",
    title: "emits nothing that was not requested",
    skip: (subject) => lacksItems(subject, 1),
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)));
      await quiet(subject);
      claim(subscriber.surplus === 0, seen(subscriber));
      for (const n of [1, 2, 1]) {
        if (!subscriber.ended) subscriber.request(n);
        await quiet(subject);
        claim(subscriber.surplus === 0, seen(subscriber));
      }
    },
  },
  {
    rule: "§1.1",
    title: "emits no more than requested when the subscriber requests from within onNext",
    skip: (subject) => lacksItems(subject, 1),
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 20)), {
        onSubscribe: (self) => self.request(1),
        onNext: (_, self) => {
          if (self.items.length % 3 === 0) self.request(2);
          else if (self.items.length % 3 === 1) self.request(1);
        },
      });
      await quiet(subject);
      claim(subscriber.surplus <= 0, `${seen(subscriber)}: ${subscriber.surplus} too many at one moment`);
    },
  },
  {
    rule: "§3.2",
    title: "allows request from within onSubscribe and onNext",
    skip: lacksOne,
    run: async (subject) => {
      const count = nearestCount(subject, 6);
      const subscriber = await observe(subject, subject.create(count), {
        onSubscribe: (self) => self.request(1),
        onNext: (_, self) => self.request(1),
      });
      await items(subject, subscriber, count);
      // An end that comes with the last item finds a request on the stack.
      const all = await observe(subject, subject.create(count), {
        onSubscribe: (self) => self.request(Number.POSITIVE_INFINITY),
        onNext: (_, self) => self.request(Number.POSITIVE_INFINITY),
      });
      await items(subject, all, count);
    },
  },
  {
    rule: "§3.8",
    title: "adds each request to what was requested before",
    skip: lacksSix,
    run: async (subject) => {
      const count = nearestCount(subject, 6);
      const subscriber = await observe(subject, subject.create(count));
      subscriber.request(2);
      subscriber.request(3);
      await items(subject, subscriber, 5);
      subscriber.request(1);
      await items(subject, subscriber, 6);
    },
  },
  {
    rule: "§3.8",
    title: "adds requests made within onSubscribe",
    skip: lacksSix,
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)), {
        onSubscribe: (self) => {
          self.request(2);
          self.request(3);
        },
      });
      await items(subject, subscriber, 5);
    },
  },
  {
    rule: "§3.8",
    title: "adds requests made within onNext while demand is left",
    skip: lacksSix,
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)), {
        onNext: (_, self) => {
          if (self.items.length <= 2) self.request(1);
          if (self.items.length === 2) self.request(1);
        },
      });
      subscriber.request(3);
      await items(subject, subscriber, 6);
    },
  },
  {
    rule: "§3.17",
    title: "takes a demand of 2^53-1, of 2^53 and of more than both in sum as unbounded",
    skip: lacksOne,
    run: async (subject) => {
      await takesAll(subject, [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER]);
      await takesAll(subject, [2 ** 53]);
      await takesAll(subject, [1, 2 ** 53, Number.MAX_VALUE]);
    },
  },
  {
    rule: "§3.17",
    title: "takes Infinity, more than once and after a smaller demand, as unbounded",
    skip: lacksOne,
    run: (subject) => takesAll(subject, [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1]),
  },
  {
    rule: "§3.17",
    title: "takes any number of requests",
    skip: lacksOne,
    run: (subject) => takesAll(subject, new Array<number>(10_000).fill(1)),
  },
];

/** Makes the requests outside, then once more within each onNext, and wants every item and no error for it. */
async function takesAll(subject: PublisherSubject, requests: readonly number[]): Promise<void> {
  const count = nearestCount(subject, 100);
  const subscriber = await observe(subject, subject.create(count), {
    onNext: (_, self) => self.request(requests[0] ?? 1),
  });
  for (const n of requests) subscriber.request(n);
  await items(subject, subscriber, count);
  claim(firstEnd(subscriber) !== "onError" || subject.ends === "error", seen(subscriber));
}
