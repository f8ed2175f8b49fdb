// Everything that is asked of a processor: all that is asked of an operator, with one object on both sides, and what
// it owes to several subscribers.

import type { Publisher } from "@sluice/core";
import { bindChecks, type Check } from "./check.js";
import { checkMethods } from "./check-subject.js";
import { operatorChecks } from "./operator-checks.js";
import { objectChecks } from "./processor/object.js";
import { everySubscriberChecks } from "./processor/every-subscriber.js";
import type { ProcessorSubject } from "./processor-subject.js";

/**
 * The rules for a processor (all of them, §4.1) as checks of the given subject. Run them one after another.
 *
 * @example
 * ```ts
 * import { processorChecks } from "@sluice/tck";
 * const checks = processorChecks({
 *   create: () => {
 *     throw new Error("a processor of yours");
 *   },
 *   item: (index) => index,
 * });
 * console.log(checks.some(({ rule }) => rule === "§4.2")); // prints true
 * ```
 */
export function processorChecks<A, B>(subject: ProcessorSubject<A, B>): Check[] {
  checkMethods("processor", subject, "create", "item");
  const publisher = { subscribers: "one", ...subject.publisher } as const;
  return [
    ...bindChecks(subject, [...objectChecks<A, B>(), ...everySubscriberChecks<A, B>()]),
    ...operatorChecks<A, B>({ ...subject, publisher, apply: (upstream) => connected(subject, upstream) }),
  ];
}

/** A processor whose upstream is there already, as a publisher. */
function connected<A, B>(subject: ProcessorSubject<A, B>, upstream: Publisher<A>): Publisher<B> {
  const processor = subject.create();
  upstream.subscribe(processor);
  return processor;
}
