// Run by plain Node in runners.test.ts: one verdict for all rules.

import { verifyPublisher } from "@sluice/tck";
import { countTo, forgetfulCountTo } from "./count-to.js";

const create = process.env["BROKEN"] === "yes" ? forgetfulCountTo : countTo;

const report = await verifyPublisher({ create });
process.stdout.write(`${report.text}\n`);
