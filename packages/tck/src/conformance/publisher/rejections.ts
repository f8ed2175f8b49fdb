// §1.4 in JavaScript: a publisher that works with promises can fail in two ways at once, by onError and by a rejection
// that nobody handles. Every check looks for such; this one goes through the ways in which a stream can end.

import { ManualSubscriber, type SignalHooks } from "../../manual-subscriber.js";
import type { CheckOf } from "../check.js";
import { nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { quiet } from "../resting.js";
import { everyKind } from "./observe.js";

const WAYS: readonly SignalHooks<unknown>[] = [
  { onSubscribe: (self) => self.request(Number.POSITIVE_INFINITY) },
  { onSubscribe: (self) => self.cancel() },
  { onSubscribe: (self) => self.request(1), onNext: (_, self) => self.cancel() },
  { onSubscribe: (self) => self.request(Number.NaN) },
];

/** Checks of promises. */
export const rejectionChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§1.4",
    title: "leaves no promise rejected that nobody handles, however the stream ends",
    // A failure that has nobody left to be signalled to may be reported.
    mayReport: true,
    run: async (subject) => {
      for (const make of everyKind(subject)) {
        for (const hooks of WAYS) {
          make().subscribe(new ManualSubscriber<unknown>(hooks));
          await quiet(subject);
        }
      }
      const subscriber = new ManualSubscriber<unknown>();
      subject.create(nearestCount(subject, 3)).subscribe(subscriber);
      await quiet(subject);
      subscriber.subscription?.request(1);
      await quiet(subject);
      subscriber.subscription?.cancel();
      await quiet(subject);
    },
  },
];
