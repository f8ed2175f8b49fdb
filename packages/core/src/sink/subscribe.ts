// The end of a pipeline that is a Subscriber, ours or foreign.

import { SubscriberBorder } from "../kit/subscriber-border.js";
import type { Connectable } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";
import type { Subscriber } from "../spec/publisher.js";

/** Connects a subscriber behind the border; the only throw is the one for a missing subscriber (§1.9). */
export function subscribe<T>(
  upstream: Connectable<T>,
  subscriber: Subscriber<T>,
  signal: AbortSignal | undefined,
): void {
  if (typeof subscriber?.onSubscribe !== "function") {
    throw new TypeError(`Cannot subscribe ${describe(subscriber)}: a Subscriber has onSubscribe (§1.9)`);
  }
  upstream.connect(new SubscriberBorder(subscriber, signal));
}
