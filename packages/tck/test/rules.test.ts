// No rule is forgotten: each is put by a check that bears its number, or stands in the list of those that are
// not, with its reason, and none is in both.

import { describe, expect, it } from "vitest";
import { operatorChecks } from "../src/conformance/operator-checks.js";
import { publisherChecks } from "../src/conformance/publisher-checks.js";
import { subscriberChecks } from "../src/conformance/subscriber-checks.js";
import { uncheckedRules } from "../src/conformance/unchecked-rules.js";
import { identitySubject } from "./twins/operator-twins.js";
import { referenceSubject } from "./twins/publisher-twin.js";
import { subscriberSubject } from "./twins/reference-subscriber.js";

/** How many rules each section of Reactive Streams 1.0.4 has. */
const SECTIONS = { 1: 11, 2: 13, 3: 17, 4: 2 };

function allRules(): string[] {
  return Object.entries(SECTIONS).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `§${section}.${index + 1}`),
  );
}

function checkedRules(): Set<string> {
  Object.assign(globalThis, { gc: () => {} });
  try {
    const checks = [
      ...publisherChecks(referenceSubject()),
      ...subscriberChecks(subscriberSubject()),
      ...operatorChecks(identitySubject()),
    ];
    return new Set(checks.map((check) => check.rule));
  } finally {
    Reflect.deleteProperty(globalThis, "gc");
  }
}

describe("uncheckedRules", () => {
  it("holds just those rules that no check names, each with a reason", () => {
    const checked = checkedRules();
    expect(uncheckedRules.map(({ rule }) => rule)).toEqual(allRules().filter((rule) => !checked.has(rule)));
    for (const { reason } of uncheckedRules) expect(reason.length).toBeGreaterThan(20);
  });

  it("and the checks name no rule that does not exist", () => {
    const known = new Set([...allRules(), "subject"]);
    expect([...checkedRules()].filter((rule) => !known.has(rule))).toEqual([]);
  });
});
