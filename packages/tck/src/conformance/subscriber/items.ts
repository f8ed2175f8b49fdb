// §2.1, §3.10, §2.13: that a subscriber takes what it asked for: all of it, at once, and whatever it is.

import type { TestPublisher } from "../../test-publisher.js";
import { until } from "../resting.js";
import { type CheckOf, claim } from "../check.js";
import { itemText, sameItem } from "../same-item.js";
import type { ConsumerSubject } from "../subscriber-subject.js";
import { atWork, feed, type Work } from "./work.js";

const TOTAL = 300;
/** What programs take for nothing. */
const NOTHINGS: readonly unknown[] = [null, undefined, Number.NaN, 0, "", false];

/** Checks of the items. */
export function itemChecks<T>(): CheckOf<ConsumerSubject<T>>[] {
  return [
    {
      rule: "§2.1",
      title: "requests to receive items, and again as they are used up",
      run: async (subject) => {
        const work = await atWork(subject);
        await feed(subject, work, Math.min(500, (subject.stopsAfter ?? 1000) - 1));
        claim(work.upstream.emitted > 0 || subject.stopsAfter === 1, "nothing was requested");
        work.upstream.complete();
      },
    },
    {
      rule: "§3.10",
      title: "takes items that come from within its own request: every one, in order, and goes on requesting",
      skip: stops,
      run: async (subject) => {
        let emitting = false;
        const serve = (upstream: TestPublisher<T>): void => {
          if (emitting) return;
          emitting = true;
          while (upstream.demand >= 1 && upstream.emitted < TOTAL)
            upstream.next(subject.item(upstream.emitted));
          emitting = false;
        };
        const work = await atWork(subject, { onRequest: (_, upstream) => serve(upstream) });
        if (subject.requests === false) work.consumption.request?.(TOTAL);
        await until(() => work.upstream.emitted === TOTAL, `${TOTAL} items to be requested`, subject);
        work.upstream.complete();
        await hasReceived(
          subject,
          work,
          Array.from({ length: TOTAL }, (_, index) => subject.item(index)),
        );
      },
    },
    {
      rule: "§2.13",
      title: "takes null and undefined as items like any other",
      skip: (subject) =>
        subject.takesAny === true ? stops(subject) : "it is not said to take any value as an item (takesAny)",
      run: async (subject) => {
        const odd = { ...subject, item: (index: number) => NOTHINGS[index] as T };
        const work = await atWork(odd);
        await feed(odd, work, NOTHINGS.length);
        work.upstream.complete();
        await hasReceived(subject, work, NOTHINGS);
      },
    },
  ];
}

function stops<T>(subject: ConsumerSubject<T>): string | undefined {
  return subject.stopsAfter === undefined ? undefined : "it stops before all items have come (stopsAfter)";
}

/** Waits for the end; a consumer that shows its items must have had just these. */
async function hasReceived<T>(
  subject: ConsumerSubject<T>,
  work: Work<T>,
  wanted: readonly unknown[],
): Promise<void> {
  await until(() => work.outcome !== "open", "the consumer to see the end", subject);
  const received = work.consumption.received?.();
  if (received === undefined) return;
  claim(received.length === wanted.length, `received ${received.length} of ${wanted.length} items`);
  const wrong = received.findIndex((item, index) => !sameItem(item, wanted[index]));
  claim(wrong < 0, `item ${wrong} was ${itemText(received[wrong])}`);
}
