// Two structural publishers as anybody could have written them, with nothing of ours: one that keeps the rules, and the
// same with a mistake that many make.

import type { Publisher, Subscriber } from "@sluice/core";

/** The numbers below `end`, or a failure at once. */
export function countTo(end: number, failure?: Error): Publisher<number> {
  return counting(end, (before, n) => before + n, failure);
}

/** The same, with demand overwritten instead of added up (§3.8). */
export function forgetfulCountTo(end: number): Publisher<number> {
  return counting(end, (_, n) => n);
}

function counting(
  end: number,
  addDemand: (before: number, n: number) => number,
  failure?: Error,
): Publisher<number> {
  return {
    subscribe(subscriber: Subscriber<number>): void {
      if (subscriber == null) throw new TypeError("Cannot subscribe without a subscriber");
      let to: Subscriber<number> | undefined = subscriber;
      let error: unknown = failure;
      let next = 0;
      let demand = 0;
      let isSending = true;

      const signal = (send: (subscriber: Subscriber<number>) => void, isLast: boolean): void => {
        if (to === undefined) return;
        const receiver = to;
        if (isLast) to = undefined;
        isSending = true;
        try {
          send(receiver);
        } catch (thrown) {
          to = undefined;
          reportError(thrown);
        }
        isSending = false;
      };
      const send = (): void => {
        if (isSending) return;
        while (to !== undefined) {
          if (error !== undefined) signal((one) => one.onError(error), true);
          else if (next === end) signal((one) => one.onComplete(), true);
          else if (demand > 0) {
            demand--;
            const item = next++;
            signal((one) => one.onNext(item), false);
          } else return;
        }
      };

      const subscription = {
        request(n: number): void {
          if (to === undefined) return;
          if (typeof n !== "number") error ??= new TypeError(`Cannot request a ${typeof n}`);
          else if (!(n >= 1 && Math.floor(n) === n)) error ??= new RangeError(`Cannot request ${n} items`);
          else demand = addDemand(demand, n);
          send();
        },
        cancel(): void {
          to = undefined;
        },
      };
      signal((one) => one.onSubscribe(subscription), false);
      send();
    },
  };
}
