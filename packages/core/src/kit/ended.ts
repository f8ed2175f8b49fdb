// Terminal answers that obey §1.9: whoever subscribes is given a subscription first, then the end.

import type { Subscription } from "../spec/publisher.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * A subscription on which nothing will ever come: requests and cancels have no effect.
 *
 * @example
 * ```ts
 * import { NEVER_SUBSCRIPTION } from "@sluice/core/kit";
 * NEVER_SUBSCRIPTION.request(1);
 * NEVER_SUBSCRIPTION.cancel();
 * ```
 */
export const NEVER_SUBSCRIPTION: Subscription = {
  request() {},
  cancel() {},
};

/**
 * Stands where a downstream stood that may no longer be signalled, so that it can be collected (§3.13).
 *
 * @example
 * ```ts
 * import { NOBODY } from "@sluice/core/kit";
 * console.log(NOBODY.next("an item")); // prints false
 * ```
 */
export const NOBODY: StageSubscriber<unknown> = {
  onSubscribe(subscription) {
    subscription.cancel();
  },
  next: () => false,
  onError() {},
  onComplete() {},
};

/**
 * As `NOBODY`, for a stage that has ended: late errors still go to who hears of them in its subscription.
 *
 * @example
 * ```ts
 * import { dropError, NOBODY, nobody } from "@sluice/core/kit";
 * const end = { ...NOBODY, late: (error: unknown) => console.log("late:", error) };
 * dropError("oops", nobody(end).late); // prints late: oops
 * ```
 */
export function nobody({ late }: StageSubscriber<never>): StageSubscriber<unknown> {
  return late ? { ...NOBODY, late } : NOBODY;
}

/** How a stream ended, kept for when it may be signalled. */
export type Terminal = { readonly kind: "complete" } | { readonly kind: "error"; readonly error: unknown };

/**
 * Signals how a stream ended.
 *
 * @example
 * ```ts
 * import { signalTerminal } from "@sluice/core/kit";
 * const end = { onSubscribe() {}, next: () => true, onError: console.error, onComplete: () => console.log("over") };
 * signalTerminal(end, { kind: "complete" }); // prints over
 * ```
 */
export function signalTerminal(downstream: StageSubscriber<never>, terminal: Terminal): void {
  if (terminal.kind === "error") downstream.onError(terminal.error);
  else downstream.onComplete();
}

/**
 * Completes a subscriber that has not been signalled yet.
 *
 * @example
 * ```ts
 * import { complete, flowFrom } from "@sluice/core/kit";
 * console.log(await flowFrom((downstream) => complete(downstream)).toArray()); // prints []
 * ```
 */
export function complete(downstream: StageSubscriber<never>): void {
  const subscription = new EndedSubscription();
  downstream.onSubscribe(subscription);
  if (!subscription.done) downstream.onComplete();
}

/**
 * Fails a subscriber that has not been signalled yet.
 *
 * @example
 * ```ts
 * import { fail, flowFrom } from "@sluice/core/kit";
 * const failed = flowFrom((downstream) => fail(downstream, new Error("no such file")));
 * await failed.toArray().catch((error) => console.log(error.message)); // prints no such file
 * ```
 */
export function fail(downstream: StageSubscriber<never>, error: unknown): void {
  const subscription = new EndedSubscription();
  downstream.onSubscribe(subscription);
  if (!subscription.done) downstream.onError(error); // cancelled in onSubscribe: it does not care any more
}

class EndedSubscription implements Subscription {
  done = false;

  request(): void {}

  cancel(): void {
    this.done = true;
  }
}
