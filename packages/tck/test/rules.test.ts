// No rule is forgotten: each is put by a check that bears its number, or stands in the list of those that are not,
// with its reason, and none is in both. Each that a kit puts has a twin there that breaks it.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bindChecks, type Check, ConformanceError } from "../src/conformance/check.js";
import { passageChecks } from "../src/conformance/operator/passage.js";
import { stackedChecks } from "../src/conformance/operator/stacked.js";
import { everySubscriberChecks } from "../src/conformance/processor/every-subscriber.js";
import { objectChecks } from "../src/conformance/processor/object.js";
import { publisherChecks } from "../src/conformance/publisher-checks.js";
import { rules } from "../src/conformance/rules.js";
import { subscriberChecks } from "../src/conformance/subscriber-checks.js";
import { uncheckedRules } from "../src/conformance/unchecked-rules.js";
import { type Kit, kits } from "./twins/kits.js";
import { referenceSubject } from "./twins/publisher-twin.js";

/** How many rules each section of Reactive Streams 1.0.4 has. */
const SECTIONS = { 1: 11, 2: 13, 3: 17, 4: 2 };

const allRules = Object.entries(SECTIONS).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, index) => `§${section}.${index + 1}`),
);

// §3.13 is only put where the host offers gc().
beforeAll(() => {
  setFlagsFromString("--expose-gc");
  Object.assign(globalThis, { gc: runInNewContext("gc") });
});
afterAll(() => {
  Reflect.deleteProperty(globalThis, "gc");
});

const rulesOf = (checks: readonly { readonly rule: string }[]): string[] => [
  ...new Set(checks.map(({ rule }) => rule)),
];
const putRules = (kit: Kit): string[] =>
  rulesOf(kit.naive.flatMap(({ checks }) => checks()).filter(({ skipped }) => skipped === undefined));

describe("rules", () => {
  it("are those of Reactive Streams 1.0.4, each with its text", () => {
    expect(rules.map(({ rule }) => rule)).toEqual(allRules);
    for (const { text } of rules) expect(text.length).toBeGreaterThan(20);
  });

  it("are each put to the naive subjects, or listed with the reason why not", () => {
    const put = new Set(kits.flatMap(putRules));
    expect(uncheckedRules.map(({ rule }) => rule)).toEqual(allRules.filter((rule) => !put.has(rule)));
    for (const { reason } of uncheckedRules) expect(reason.length).toBeGreaterThan(20);
    expect([...put].filter((rule) => !allRules.includes(rule))).toEqual(["subject"]);
  });
});

describe("twins", () => {
  // Operators and processors are put what their sides are put; what is their own needs twins of their own.
  const own: Record<string, (kit: Kit) => string[]> = {
    operator: () => rulesOf([...passageChecks(), ...stackedChecks()]),
    processor: () => rulesOf([...objectChecks(), ...everySubscriberChecks()]),
  };

  it.each(kits)("break each rule that the kit for a $name puts", (kit) => {
    const wanted = (own[kit.name] ?? putRules)(kit);
    const broken = new Set(kit.twins.map(({ rule }) => rule));
    expect(wanted.filter((rule) => !broken.has(rule))).toEqual([]);
  });
});

describe("a check that is skipped", () => {
  const skipped = (): Check => {
    const [check] = bindChecks({}, [
      { rule: "§1.1", title: "is kept", skip: () => "there is no reason", run: async () => {} },
    ]);
    return check as Check;
  };

  it("hands its reason to the context of a test runner", async () => {
    const reasons: string[] = [];
    await skipped().run({ skip: (reason) => reasons.push(reason) });
    expect(reasons).toEqual(["there is no reason"]);
  });

  it("never passes in silence", async () => {
    await expect(skipped().run()).rejects.toThrow(ConformanceError);
  });

  it("says what the subject lacks", () => {
    const { create } = referenceSubject();
    const few = publisherChecks({ create, maxCount: 1, ends: "never" });
    expect(few.find(({ rule }) => rule === "§3.8")?.skipped).toBe(
      "needs 6 items, and there are at most 1 (maxCount)",
    );
    expect(few.find(({ rule }) => rule === "§1.5")?.skipped).toBe(
      'the stream does not end well (ends: "never")',
    );
    const bare = subscriberChecks<number>({
      item: (index) => index,
      consume: () => ({ ended: Promise.resolve() }),
    });
    expect(bare.find(({ rule }) => rule === "§2.8")?.skipped).toContain("nothing can make it cancel");
  });
});
