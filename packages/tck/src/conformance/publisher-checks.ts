// Everything that is asked of a publisher.

import { bindChecks, type Check } from "./check.js";
import { checkDeclared, checkMethods } from "./check-subject.js";
import { cancelChecks } from "./publisher/cancel.js";
import { demandChecks } from "./publisher/demand.js";
import { itemChecks } from "./publisher/items.js";
import { recursionChecks } from "./publisher/recursion.js";
import { rejectionChecks } from "./publisher/rejections.js";
import { releaseChecks } from "./publisher/release.js";
import { requestChecks } from "./publisher/request.js";
import { signalChecks } from "./publisher/signals.js";
import { subscribeChecks } from "./publisher/subscribe.js";
import { severalSubscribersChecks } from "./publisher/subscribers.js";
import { throwingSubscriberChecks } from "./publisher/throwing-subscriber.js";
import type { PublisherSubject } from "./publisher-subject.js";

/**
 * The rules for a publisher and its subscription (1.x, 3.x) as checks of the given subject; those that its
 * declared capabilities rule out are marked as skipped, with the reason. Run them one after another.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { publisherChecks } from "@sluice/tck";
 * let kept = 0;
 * for (const check of publisherChecks({ create: (count) => range(0, count) })) {
 *   if (check.skipped !== undefined) continue; // such as "no failed publisher can be made (createFailed)"
 *   await check.run(); // rejects with a ConformanceError that names the rule
 *   kept++;
 * }
 * console.log(kept > 20); // prints true
 * ```
 */
export function publisherChecks<T>(subject: PublisherSubject<T>): Check[] {
  checkMethods("publisher", subject, "create");
  checkDeclared(subject);
  return bindChecks<PublisherSubject>(subject, [
    ...itemChecks,
    ...signalChecks,
    ...rejectionChecks,
    ...demandChecks,
    ...recursionChecks,
    ...subscribeChecks,
    ...severalSubscribersChecks,
    ...throwingSubscriberChecks,
    ...cancelChecks,
    ...releaseChecks,
    ...requestChecks,
  ]);
}
