// §4.1: a processor is one object with both sides.

import type { Subscription } from "@sluice/core";
import { type CheckOf, claim } from "../check.js";
import type { ProcessorSubject } from "../processor-subject.js";

const MEMBERS = ["subscribe", "onSubscribe", "onNext", "onError", "onComplete"] as const;

/** Checks of the object. */
export function objectChecks<A, B>(): CheckOf<ProcessorSubject<A, B>>[] {
  return [
    {
      rule: "§4.1",
      title: "is one object that is a subscriber and a publisher",
      run: async (subject) => {
        const processor = subject.create();
        for (const member of MEMBERS) {
          claim(typeof processor[member] === "function", `${member} is ${typeof processor[member]}`);
        }
      },
    },
    {
      rule: "§2.13",
      title: "throws a TypeError from onSubscribe without a subscription",
      run: async (subject) => {
        for (const missing of [null, undefined]) {
          const processor = subject.create();
          let thrown: unknown;
          try {
            processor.onSubscribe(missing as unknown as Subscription);
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
