// Run by `node --test` in runners.test.ts: one test a rule.

import { describe, test } from "node:test";
import { publisherChecks } from "@sluice/tck";
import { countTo, forgetfulCountTo } from "./count-to.js";

const create = process.env["BROKEN"] === "yes" ? forgetfulCountTo : countTo;

describe("countTo", () => {
  for (const { rule, title, run } of publisherChecks({ create })) test(`${rule} ${title}`, run);
});
