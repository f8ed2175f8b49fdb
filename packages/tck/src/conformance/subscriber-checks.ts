// Everything that is asked of a subscriber.

import { bindChecks, type Check } from "./check.js";
import { checkMethods } from "./check-subject.js";
import { asConsumer } from "./subscriber/as-consumer.js";
import { instanceChecks, puppetChecks } from "./subscriber/instance.js";
import { itemChecks } from "./subscriber/items.js";
import { subscriptionChecks } from "./subscriber/subscription.js";
import { terminalChecks } from "./subscriber/terminal.js";
import type { SubscriberSubject } from "./subscriber-subject.js";

/**
 * The rules for a subscriber (2.x) as checks of the given subject: a black box (`create`), a white box
 * (`createProbed`), or something that consumes (`consume`). Those that need more than it offers are marked as skipped,
 * with the reason, or look at less. Run them one after another.
 *
 * @example
 * ```ts
 * import { runChecks, subscriberChecks } from "@sluice/tck";
 * const results = await runChecks(
 *   subscriberChecks<number>({
 *     item: (index) => index,
 *     create: () => ({
 *       onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
 *       onNext: () => {},
 *       onError: () => {},
 *       onComplete: () => {},
 *     }),
 *   }),
 * );
 * for (const { rule, error } of results) if (error !== undefined) console.log(rule); // prints §2.5
 * ```
 */
export function subscriberChecks<T>(subject: SubscriberSubject<T>): Check[] {
  checkMethods("subscriber", subject, "item");
  const ways = ["consume", "createProbed", "create"];
  checkMethods("subscriber", subject, ways.find((way) => way in subject) ?? "create");
  const consumer = asConsumer(subject);
  return [
    ...bindChecks(consumer, [...itemChecks<T>(), ...subscriptionChecks<T>(), ...terminalChecks<T>()]),
    ...("consume" in subject ? [] : bindChecks(subject, instanceChecks<T>())),
    ...("createProbed" in subject ? bindChecks(consumer, puppetChecks<T>()) : []),
  ];
}
