// The judge in one call, for any test runner or none.

import { runChecks } from "../run-checks.js";
import type { Check } from "./check.js";
import { operatorChecks } from "./operator-checks.js";
import type { OperatorSubject } from "./operator-subject.js";
import { processorChecks } from "./processor-checks.js";
import type { ProcessorSubject } from "./processor-subject.js";
import { publisherChecks } from "./publisher-checks.js";
import type { PublisherSubject } from "./publisher-subject.js";
import { type Report, reportOn, VerificationError } from "./report.js";
import { subscriberChecks } from "./subscriber-checks.js";
import type { SubscriberSubject } from "./subscriber-subject.js";

/**
 * Puts every rule to the publisher. Resolves with the report when all are kept, and rejects with a
 * `VerificationError` that names each broken rule, what was seen, and what the specification wants.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { verifyPublisher } from "@sluice/tck";
 * const report = await verifyPublisher({ create: (count) => range(0, count), item: (index) => index });
 * console.log(report.broken); // prints []
 * ```
 */
export async function verifyPublisher<T>(subject: PublisherSubject<T>): Promise<Report> {
  return verdict(publisherChecks(subject));
}

/**
 * Puts every rule to the subscriber: a black box, a white box, or something that consumes. Resolves and rejects as
 * `verifyPublisher` does.
 *
 * @example
 * ```ts
 * import { fromPublisher } from "@sluice/core";
 * import { verifySubscriber } from "@sluice/tck";
 * const report = await verifySubscriber<number>({
 *   item: (index) => index,
 *   consume: (publisher) => ({ ended: fromPublisher(publisher).forEach(() => {}) }),
 * });
 * console.log(report.broken); // prints []
 * ```
 */
export async function verifySubscriber<T>(subject: SubscriberSubject<T>): Promise<Report> {
  return verdict(subscriberChecks(subject));
}

/**
 * Puts every rule of both sides to the processor. Resolves and rejects as `verifyPublisher` does.
 *
 * @example
 * ```ts
 * import { VerificationError, verifyProcessor } from "@sluice/tck";
 * const deaf = {
 *   subscribe: () => {},
 *   onSubscribe: () => {},
 *   onNext: () => {},
 *   onError: () => {},
 *   onComplete: () => {},
 * };
 * const subject = { create: () => deaf, item: (index: number) => index, timers: false };
 * await verifyProcessor(subject).catch((error) => {
 *   if (error instanceof VerificationError) console.log(error.report.broken.includes("§4.2")); // prints true
 * });
 * ```
 */
export async function verifyProcessor<A, B>(subject: ProcessorSubject<A, B>): Promise<Report> {
  return verdict(processorChecks(subject));
}

/**
 * Puts every rule of both sides to the operator. Resolves and rejects as `verifyPublisher` does.
 *
 * @example
 * ```ts
 * import { fromPublisher, map } from "@sluice/core";
 * import { verifyOperator } from "@sluice/tck";
 * const report = await verifyOperator<number, number>({
 *   apply: (upstream) => fromPublisher(upstream).pipe(map((n) => n * 10)),
 *   item: (index) => index,
 *   yields: (index) => index * 10,
 * });
 * console.log(report.broken); // prints []
 * ```
 */
export async function verifyOperator<A, B>(subject: OperatorSubject<A, B>): Promise<Report> {
  return verdict(operatorChecks(subject));
}

async function verdict(checks: readonly Check[]): Promise<Report> {
  const report = reportOn(await runChecks(checks));
  if (report.broken.length > 0) throw new VerificationError(report);
  return report;
}
