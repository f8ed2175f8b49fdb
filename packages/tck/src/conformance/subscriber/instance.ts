// §2.13, and §3.8 for a white box: what can only be asked of a subscriber that the judge has in its hands.

import type { Subscriber, Subscription } from "@sluice/core";
import { type CheckOf, claim } from "../check.js";
import { quiet } from "../resting.js";
import { sameItem } from "../same-item.js";
import type { BlackBoxSubject, ConsumerSubject, WhiteBoxSubject } from "../subscriber-subject.js";
import { atWork } from "./work.js";

/** Checks of a subscriber of which there is an instance. */
export function instanceChecks<T>(): CheckOf<BlackBoxSubject<T> | WhiteBoxSubject<T>>[] {
  return [
    {
      rule: "§2.13",
      title: "throws a TypeError from onSubscribe without a subscription",
      run: async (subject) => {
        for (const missing of [null, undefined]) {
          const subscriber = instance(subject);
          let thrown: unknown;
          try {
            subscriber.onSubscribe(missing as unknown as Subscription);
          } catch (error) {
            thrown = error;
          }
          claim(
            thrown instanceof TypeError,
            `onSubscribe(${missing}) gave ${String(thrown)}; wanted a TypeError`,
          );
        }
      },
    },
  ];
}

/** Checks of a subscriber that is moved by its puppet. */
export function puppetChecks<T>(): CheckOf<ConsumerSubject<T>>[] {
  return [
    {
      rule: "subject",
      title: "tells its probe of every item that it processes, in order",
      run: async (subject) => {
        const { upstream, consumption } = await atWork(subject);
        consumption.request?.(3);
        await quiet(subject);
        for (let index = 0; index < 3 && upstream.demand >= 1; index++) upstream.next(subject.item(index));
        await quiet(subject);
        const received = consumption.received?.() ?? [];
        claim(
          received.length === upstream.emitted,
          `told of ${received.length} of ${upstream.emitted} items`,
        );
        const wrong = received.findIndex((item, index) => !sameItem(item, subject.item(index)));
        claim(wrong < 0, `item ${wrong} was ${String(received[wrong])}`);
        upstream.complete();
      },
    },
    {
      rule: "§3.8",
      title: "has its publisher hear of every request that it is made to make",
      run: async (subject) => {
        const { upstream, consumption } = await atWork(subject);
        for (const n of [1, 3, 2]) {
          const before = upstream.requested;
          consumption.request?.(n);
          await quiet(subject);
          const heard = upstream.requested - before;
          claim(heard >= n, `was made to request ${n} items, and requested ${heard}`);
        }
        consumption.cancel?.();
      },
    },
  ];
}

function instance<T>(subject: BlackBoxSubject<T> | WhiteBoxSubject<T>): Subscriber<T> {
  if ("create" in subject) return subject.create();
  return subject.createProbed({ onSubscribe() {}, onNext() {}, onError() {}, onComplete() {} });
}
