// The judge is judged: what is right passes everything, and each deliberately wrong twin is caught by the
// check that bears the name of the rule it breaks, and by no other than it says.

import type { Publisher } from "@sluice/core";
import { describe, expect, it } from "vitest";
import type { Check } from "../src/conformance/check.js";
import { operatorChecks } from "../src/conformance/operator-checks.js";
import { publisherChecks } from "../src/conformance/publisher-checks.js";
import { referencePublisher } from "../src/conformance/reference-publisher.js";
import { subscriberChecks } from "../src/conformance/subscriber-checks.js";
import { runChecks } from "../src/run-checks.js";
import { identitySubject, operatorTwins } from "./twins/operator-twins.js";
import { referenceSubject } from "./twins/publisher-twin.js";
import { signallingTwins } from "./twins/signalling-twins.js";
import { keepingTwin, subscriptionTwins } from "./twins/subscription-twins.js";
import { subscriberSubject } from "./twins/reference-subscriber.js";
import { subscriberTwins } from "./twins/subscriber-twins.js";

async function brokenRules(checks: readonly Check[]): Promise<string[]> {
  const results = await runChecks(checks);
  return [...new Set(results.filter(({ error }) => error !== undefined).map(({ rule }) => rule))].sort();
}

describe("publisherChecks", () => {
  it("finds nothing wrong with the naive publisher", async () => {
    expect(await brokenRules(publisherChecks(referenceSubject()))).toEqual([]);
  });

  it("compares objects by what they hold, for each subscriber may get its own", async () => {
    const item = (index: number): { id: number } => ({ id: index });
    const create = (count: number): Publisher<unknown> => referencePublisher({ count, item });
    expect(await brokenRules(publisherChecks({ create, item }))).toEqual([]);
    expect(await brokenRules(publisherChecks({ create, item: (index) => item(index + 1) }))).toEqual([
      "subject",
    ]);
  });

  it.each([...signallingTwins, ...subscriptionTwins])(
    "$rule catches a publisher that $name",
    async ({ rule, entails, subject }) => {
      expect(await brokenRules(publisherChecks(subject))).toEqual([rule, ...entails].sort());
    },
  );

  it("§3.13 catches a publisher that keeps a cancelled subscriber, where the host has gc()", async () => {
    const { setFlagsFromString } = await import("node:v8");
    const { runInNewContext } = await import("node:vm");
    setFlagsFromString("--expose-gc");
    Object.assign(globalThis, { gc: runInNewContext("gc") });
    try {
      expect(await brokenRules(publisherChecks(referenceSubject()))).toEqual([]);
      expect(await brokenRules(publisherChecks(keepingTwin.subject))).toEqual([keepingTwin.rule]);
    } finally {
      Reflect.deleteProperty(globalThis, "gc");
    }
  });
});

describe("subscriberChecks", () => {
  it("finds nothing wrong with the naive subscriber", async () => {
    expect(await brokenRules(subscriberChecks(subscriberSubject()))).toEqual([]);
  });

  it.each(subscriberTwins)("$rule catches a subscriber that $name", async ({ rule, entails, subject }) => {
    expect(await brokenRules(subscriberChecks(subject))).toEqual([rule, ...entails].sort());
  });
});

describe("operatorChecks", () => {
  it("finds nothing wrong with the naive operator", async () => {
    expect(await brokenRules(operatorChecks(identitySubject()))).toEqual([]);
  });

  it.each(operatorTwins)("$rule catches an operator that $name", async ({ rule, entails, subject }) => {
    expect(await brokenRules(operatorChecks(subject))).toEqual([rule, ...entails].sort());
  });
});
