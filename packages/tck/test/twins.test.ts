// The judge is judged: what is right passes everything, and each deliberately wrong twin is caught by the
// check that bears the name of the rule it breaks, and by no other than it says.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Publisher } from "@sluice/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../src/conformance/check.js";
import { publisherChecks } from "../src/conformance/publisher-checks.js";
import { referencePublisher } from "../src/conformance/reference-publisher.js";
import { runChecks } from "../src/run-checks.js";
import { kits } from "./twins/kits.js";

// §3.13 is only put where the host offers gc().
beforeAll(() => {
  setFlagsFromString("--expose-gc");
  Object.assign(globalThis, { gc: runInNewContext("gc") });
});
afterAll(() => {
  Reflect.deleteProperty(globalThis, "gc");
});

async function brokenRules(checks: readonly Check[]): Promise<string[]> {
  const results = await runChecks(checks);
  return [...new Set(results.filter(({ error }) => error !== undefined).map(({ rule }) => rule))].sort();
}

for (const { name, naive, twins } of kits) {
  describe(`the kit for a ${name}`, () => {
    it.each(naive)("finds nothing wrong with $name", async ({ checks }) => {
      expect(await brokenRules(checks())).toEqual([]);
    });

    it.each(twins)("$rule catches one that $name", async ({ rule, entails, checks }) => {
      expect(await brokenRules(checks())).toEqual([rule, ...entails].sort());
    });
  });
}

describe("publisherChecks", () => {
  it("compares objects by what they hold, for each subscriber may get its own", async () => {
    const item = (index: number): { id: number } => ({ id: index });
    const create = (count: number): Publisher<unknown> => referencePublisher({ count, item });
    expect(await brokenRules(publisherChecks({ create, item }))).toEqual([]);
    expect(await brokenRules(publisherChecks({ create, item: (index) => item(index + 1) }))).toEqual([
      "subject",
    ]);
  });
});
