// The kits of the judge, each with what it must find nothing wrong with, and with its twins: what the tests and the
// table of the README go through.

import type { Check } from "../../src/conformance/check.js";
import { operatorChecks } from "../../src/conformance/operator-checks.js";
import { identitySubject, operatorTwins } from "./operator-twins.js";
import { processorChecks } from "../../src/conformance/processor-checks.js";
import { processorSubject } from "./reference-processor.js";
import { processorTwins } from "./processor-twins.js";
import { publisherChecks } from "../../src/conformance/publisher-checks.js";
import { lonelySubject, referenceSubject } from "./publisher-twin.js";
import { signallingTwins } from "./signalling-twins.js";
import { subscribingTwins } from "./subscribing-twins.js";
import { subscriptionTwins } from "./subscription-twins.js";
import { blackBoxSubject, consumerSubject, whiteBoxSubject } from "./reference-subscriber.js";
import { blackBoxTwins, consumerTwins, whiteBoxTwins } from "./subscriber-twins.js";
import { subscriberChecks } from "../../src/conformance/subscriber-checks.js";
import type { Twin } from "./twin.js";

/** One kit, its checks bound to each of its subjects. */
export interface Kit {
  readonly name: string;
  readonly naive: readonly { readonly name: string; checks(): Check[] }[];
  readonly twins: readonly (Omit<Twin<unknown>, "subject"> & { checks(): Check[] })[];
}

export const kits: readonly Kit[] = [
  kit("publisher", publisherChecks<number>, {
    naive: { "the naive publisher": referenceSubject(), "one for a single subscriber": lonelySubject() },
    twins: [...signallingTwins, ...subscribingTwins, ...subscriptionTwins],
  }),
  kit("consumer", subscriberChecks<number>, {
    naive: { "the naive subscriber": consumerSubject() },
    twins: consumerTwins,
  }),
  kit("black box", subscriberChecks<number>, {
    naive: { "the naive subscriber": blackBoxSubject() },
    twins: blackBoxTwins,
  }),
  kit("white box", subscriberChecks<number>, {
    naive: { "the naive subscriber": whiteBoxSubject() },
    twins: whiteBoxTwins,
  }),
  kit("operator", operatorChecks<number, number>, {
    naive: { "the naive operator": identitySubject() },
    twins: operatorTwins,
  }),
  kit("processor", processorChecks<number, number>, {
    naive: { "the naive processor": processorSubject() },
    twins: processorTwins,
  }),
];

function kit<S>(
  name: string,
  checksOf: (subject: S) => Check[],
  { naive, twins }: { naive: Record<string, S>; twins: readonly Twin<S>[] },
): Kit {
  return {
    name,
    naive: Object.entries(naive).map(([what, subject]) => ({ name: what, checks: () => checksOf(subject) })),
    twins: twins.map(({ subject, ...twin }) => ({ ...twin, checks: () => checksOf(subject) })),
  };
}
