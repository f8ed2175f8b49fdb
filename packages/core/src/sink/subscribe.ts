// The end of a pipeline that is a Subscriber, ours or foreign.

import { SubscriberBorder } from "../kit/subscriber-border.js";
import type { Connectable } from "../kit/stage-subscriber.js";
import type { Subscriber } from "../spec/publisher.js";

/** Connects a subscriber behind the border; the only throw is the one for a missing subscriber (§1.9). */
export function subscribe<T>(
  upstream: Connectable<T>,
  subscriber: Subscriber<T>,
  signal: AbortSignal | undefined,
): void {
  if (subscriber === null || (typeof subscriber !== "object" && typeof subscriber !== "function")) {
    throw new TypeError(
      `Cannot subscribe ${subscriber === null ? "null" : typeof subscriber}: a Subscriber has onSubscribe, onNext, onError and onComplete (§1.9)`,
    );
  }
  upstream.connect(new SubscriberBorder(subscriber, signal));
}
