// Everything that is asked of a subscriber.

import { bindChecks, type Check } from "./check.js";
import { subscriptionChecks } from "./subscriber/subscription.js";
import { terminalChecks } from "./subscriber/terminal.js";
import type { SubscriberSubject } from "./subscriber-subject.js";

/**
 * The rules for a subscriber (2.x) as checks of the given subject; those that need more than it offers
 * (`stoppable`, `stopsAfter`, `received`) are left away, or look at less. Run them one after another.
 *
 * @example
 * ```ts
 * import { fromPublisher } from "@sluice/core";
 * import { subscriberChecks } from "@sluice/tck";
 * const checks = subscriberChecks<number>({
 *   item: (index) => index,
 *   stoppable: true,
 *   consume: (publisher) => {
 *     const stop = new AbortController();
 *     const got: number[] = [];
 *     const ended = fromPublisher(publisher).forEach((item) => void got.push(item), { signal: stop.signal });
 *     return { ended, cancel: () => stop.abort(), received: () => got };
 *   },
 * });
 * for (const check of checks) await check.run(); // rejects with a ConformanceError that names the rule
 * console.log(checks.length > 8); // prints true
 * ```
 */
export function subscriberChecks<T>(subject: SubscriberSubject<T>): Check[] {
  return bindChecks<SubscriberSubject<T>>(subject, [...subscriptionChecks<T>(), ...terminalChecks<T>()]);
}
