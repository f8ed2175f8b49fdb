// An operator of the subject between two sides that the judge drives by hand.

import { ManualSubscriber, type SignalHooks } from "../../manual-subscriber.js";
import { TestPublisher } from "../../test-publisher.js";
import type { OperatorSubject } from "../operator-subject.js";
import { quiet, until } from "../resting.js";

/** The two sides of an operator. */
export interface Between<A, B> {
  readonly upstream: TestPublisher<A>;
  readonly downstream: ManualSubscriber<B>;
}

/** The operator between two sides that are driven by hand. */
export async function between<A, B>(
  subject: OperatorSubject<A, B>,
  hooks: SignalHooks<B> = {},
): Promise<Between<A, B>> {
  const upstream = new TestPublisher<A>();
  const downstream = new ManualSubscriber<B>(hooks);
  subject.apply(upstream).subscribe(downstream);
  await until(() => downstream.subscription !== undefined, "onSubscribe", subject);
  return { upstream, downstream };
}

/** Sends all that upstream is asked for, at most `limit` items. */
export async function flood<A, B>(
  subject: OperatorSubject<A, B>,
  upstream: TestPublisher<A>,
  limit = 40,
): Promise<void> {
  for (let sent = 0; sent < limit && upstream.demand >= 1 && !upstream.cancelled; sent++) {
    upstream.next(subject.item(upstream.emitted));
  }
  await quiet(subject);
}
