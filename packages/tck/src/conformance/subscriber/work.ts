// A consumer of the subject at work on a publisher that the judge drives by hand.

import { TestPublisher, type TestPublisherOptions } from "../../test-publisher.js";
import { quiet, until } from "../resting.js";
import type { Consumption, ConsumerSubject } from "../subscriber-subject.js";

/** The two sides, and how the consumer ended. */
export interface Work<T> {
  readonly upstream: TestPublisher<T>;
  readonly consumption: Consumption;
  outcome: "open" | "resolved" | "rejected";
  error: unknown;
}

/** Lets a fresh consumer subscribe to a hand-driven publisher. */
export async function atWork<T>(
  subject: ConsumerSubject<T>,
  options: TestPublisherOptions<T> = {},
): Promise<Work<T>> {
  const upstream = new TestPublisher<T>(options);
  const consumption = subject.consume(upstream);
  const work: Work<T> = { upstream, consumption, outcome: "open", error: undefined };
  consumption.ended.then(
    () => {
      work.outcome = "resolved";
    },
    (error: unknown) => {
      work.outcome = "rejected";
      work.error = error;
    },
  );
  await until(() => upstream.subscribers > 0, "the consumer to subscribe", subject);
  await quiet(subject);
  return work;
}

/** Emits items by demand, having the consumer ask for more if it has to be told. Stops early at a cancel. */
export async function feed<T>(subject: ConsumerSubject<T>, work: Work<T>, count: number): Promise<void> {
  const { upstream, consumption } = work;
  for (let sent = 0; sent < count; sent++) {
    if (upstream.demand < 1 && subject.requests === false) consumption.request?.(1);
    await until(
      () => upstream.demand >= 1 || upstream.cancelled,
      `demand for item ${upstream.emitted + 1}; ${upstream.requested} were requested`,
      subject,
    );
    if (upstream.cancelled) return;
    upstream.next(subject.item(upstream.emitted));
  }
  await quiet(subject);
}
