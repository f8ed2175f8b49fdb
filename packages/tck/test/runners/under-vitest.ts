// Run by `vitest run` in runners.test.ts: one test a rule.

import { publisherChecks } from "@sluice/tck";
import { describe, test } from "vitest";
import { countTo, forgetfulCountTo } from "./count-to.js";

const create = process.env["BROKEN"] === "yes" ? forgetfulCountTo : countTo;

describe("countTo", () => {
  for (const { rule, title, run } of publisherChecks({ create })) test(`${rule} ${title}`, run);
});
