// The table of rules in the README is made of the checks and twins themselves: `npx vitest run
// packages/tck/test/readme.test.ts -u` writes it anew.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { passageChecks } from "../src/conformance/operator/passage.js";
import { stackedChecks } from "../src/conformance/operator/stacked.js";
import { everySubscriberChecks } from "../src/conformance/processor/every-subscriber.js";
import { objectChecks } from "../src/conformance/processor/object.js";
import { rules } from "../src/conformance/rules.js";
import { uncheckedRules } from "../src/conformance/unchecked-rules.js";
import { type Kit, kits } from "./twins/kits.js";

interface Line {
  readonly of: string;
  readonly rule: string;
  readonly text: string;
}

const SUBSCRIBERS = ["consumer", "black box", "white box"];
const readme = join(import.meta.dirname, "../README.md");

/** Operators and processors are put what their sides are put; here stands what is their own. */
function checksOf(kit: Kit): readonly { readonly rule: string; readonly title: string }[] {
  if (kit.name === "operator") return [...passageChecks(), ...stackedChecks()];
  if (kit.name === "processor") return [...objectChecks(), ...everySubscriberChecks()];
  return kit.naive.flatMap(({ checks }) => checks());
}

const nameOf = (kit: Kit): string => (SUBSCRIBERS.includes(kit.name) ? "subscriber" : kit.name);
const checks: Line[] = kits.flatMap((kit) =>
  checksOf(kit).map(({ rule, title }) => ({ of: nameOf(kit), rule, text: title })),
);
const twins: Line[] = kits.flatMap((kit) =>
  kit.twins.map(({ rule, name }) => ({ of: nameOf(kit), rule, text: name })),
);

function cell(lines: readonly Line[], rule: string): string {
  const own = lines.filter((line) => line.rule === rule);
  return [...new Set(own.map(({ of, text }) => `*${of}* ${text}`))].join("<br>");
}

function table(): string {
  const rows = [...rules, { rule: "subject", text: "The subject is what it is declared to be" }].map(
    ({ rule, text }) => {
      const unchecked = uncheckedRules.find((one) => one.rule === rule);
      const found =
        unchecked === undefined
          ? [cell(checks, rule), cell(twins, rule)]
          : [`not put: ${unchecked.reason}`, ""];
      return `| ${[rule, text, ...found].join(" | ")} |`;
    },
  );
  return ["| rule | in short | checks: it ... | twins: one that ... |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

describe("the README", () => {
  it("lists each rule with its checks and its twins, or why it is not put", async () => {
    const text = readFileSync(readme, "utf8");
    const [before, after] = [text.split("<!-- rules -->")[0], text.split("<!-- end of rules -->")[1]];
    const wanted = `${before}<!-- rules -->\n\n${table()}\n\n<!-- end of rules -->${after}`;
    await expect(wanted).toMatchFileSnapshot(readme);
  });
});
