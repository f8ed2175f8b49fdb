// §3.3: request within onNext, as often as one likes, does not make the stack grow.

import type { Subscriber, Subscription } from "@sluice/core";
import { until } from "../resting.js";
import { type CheckOf, claim } from "../check.js";
import { canCount, nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { DepthGauge, EARLY, stackDepth } from "../stack-depth.js";

/** Where the host tells how deep the stack is; elsewhere only an overflow can show it. */
const USUAL_COUNT = EARLY * 2;
const OVERFLOWING_COUNT = 100_000;

/** Checks of recursion. */
export const recursionChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§3.3",
    title: "bounds the recursion between request and onNext: late items find no deeper stack than early ones",
    skip: (subject) => {
      const wanted = wantedCount(subject);
      return canCount(subject, wanted) ? undefined : `needs a stream of ${wanted} items (minCount, maxCount)`;
    },
    run: async (subject) => {
      const count = nearestCount(subject, wantedCount(subject));
      const asker = new Asker(count);
      subject.create(count).subscribe(asker);
      while (!asker.done) {
        const before = asker.received;
        await until(
          () => asker.done || asker.received > before,
          `item ${before + 1} of ${count}, requested from within the last one`,
          subject,
        );
      }
      claim(asker.thrown === undefined, `request threw ${String(asker.thrown)} at item ${asker.received}`);
      claim(
        subject.lossy === true || asker.received === count,
        `only ${asker.received} of ${count} items came; ${asker.last}`,
      );
      const { early, late, grows } = asker.gauge;
      claim(!grows, `the stack was ${early} frames deep at the first ${EARLY} items and ${late} later`);
    },
  },
];

function wantedCount(subject: PublisherSubject): number {
  return subject.longRun ?? (stackDepth() === undefined ? OVERFLOWING_COUNT : USUAL_COUNT);
}

/** Asks for one item within onSubscribe and within each onNext. Keeps none of them: there may be ten million. */
class Asker implements Subscriber<unknown> {
  received = 0;
  done = false;
  thrown: unknown;
  last = "no end came";
  readonly gauge: DepthGauge = new DepthGauge();
  readonly #count: number;
  #subscription: Subscription | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.#subscription !== undefined) {
      subscription.cancel();
      return;
    }
    this.#subscription = subscription;
    this.#ask();
  }

  onNext(): void {
    this.received++;
    this.gauge.note(this.received);
    if (this.received === this.#count) this.done = true;
    else this.#ask();
  }

  onError(error: unknown): void {
    this.last = String(error);
    this.done = true;
  }

  onComplete(): void {
    this.last = "onComplete";
    this.done = true;
  }

  #ask(): void {
    try {
      this.#subscription?.request(1);
    } catch (error) {
      this.thrown ??= error;
      this.done = true;
    }
  }
}
