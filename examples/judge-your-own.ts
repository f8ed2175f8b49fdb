// A publisher written by hand, put to the judge. It looks right, and it breaks several rules; the one marked below
// is broken most often: demand is overwritten instead of added up (§3.8).
import type { Publisher, Subscriber } from "@sluice/core";
import { publisherChecks, runChecks } from "@sluice/tck";

function countTo(end: number): Publisher<number> {
  return {
    subscribe(subscriber: Subscriber<number>): void {
      let next = 0;
      let demand = 0;
      let isSending = false;
      let isDone = false;
      subscriber.onSubscribe({
        request(n: number): void {
          demand = n; // wrong: `demand += n`
          if (isSending || isDone) return;
          isSending = true;
          while (demand > 0 && next < end && !isDone) {
            demand--;
            subscriber.onNext(next++);
          }
          isSending = false;
          if (next === end && !isDone) {
            isDone = true;
            subscriber.onComplete();
          }
        },
        cancel(): void {
          isDone = true;
        },
      });
    },
  };
}

const results = await runChecks(publisherChecks({ create: countTo, minCount: 1 }));
const broken = results.filter(({ error }) => error !== undefined);
for (const { error } of broken) console.error(error?.message);
console.log(broken.some(({ rule }) => rule === "§3.8")); // prints true
