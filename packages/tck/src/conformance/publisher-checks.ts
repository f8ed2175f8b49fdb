// Everything that is asked of a publisher.

import { bindChecks, type Check } from "./check.js";
import { cancelChecks } from "./publisher/cancel.js";
import { demandChecks } from "./publisher/demand.js";
import { releaseChecks } from "./publisher/release.js";
import { requestChecks } from "./publisher/request.js";
import { signalChecks } from "./publisher/signals.js";
import { subscribeChecks } from "./publisher/subscribe.js";
import { throwingSubscriberChecks } from "./publisher/throwing-subscriber.js";
import type { PublisherSubject } from "./publisher-subject.js";

/**
 * The rules for a publisher and its subscription (1.x, 3.x) as checks of the given subject; those that its
 * declared capabilities rule out are left away. Run them one after another.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { publisherChecks } from "@sluice/tck";
 * let kept = 0;
 * for (const check of publisherChecks({ create: (count) => range(0, count) })) {
 *   await check.run(); // rejects with a ConformanceError that names the rule
 *   kept++;
 * }
 * console.log(kept > 20); // prints true
 * ```
 */
export function publisherChecks<T>(subject: PublisherSubject<T>): Check[] {
  return bindChecks<PublisherSubject>(subject, [
    ...signalChecks,
    ...demandChecks,
    ...subscribeChecks,
    ...throwingSubscriberChecks,
    ...cancelChecks,
    ...releaseChecks,
    ...requestChecks,
  ]);
}
