// Terminal answers that obey §1.9: whoever subscribes is given a subscription first, then the end.

import type { Subscription } from "../spec/publisher.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** A subscription on which nothing will ever come: requests and cancels have no effect. */
export const NEVER_SUBSCRIPTION: Subscription = {
  request() {},
  cancel() {},
};

/** Stands where a downstream stood that may no longer be signalled, so that it can be collected (§3.13). */
export const NOBODY: StageSubscriber<unknown> = {
  onSubscribe(subscription) {
    subscription.cancel();
  },
  next: () => false,
  onError() {},
  onComplete() {},
};

/** Completes a subscriber that has not been signalled yet. */
export function complete(downstream: StageSubscriber<never>): void {
  downstream.onSubscribe(NEVER_SUBSCRIPTION);
  downstream.onComplete();
}

/** Fails a subscriber that has not been signalled yet. */
export function fail(downstream: StageSubscriber<never>, error: unknown): void {
  downstream.onSubscribe(NEVER_SUBSCRIPTION);
  downstream.onError(error);
}
