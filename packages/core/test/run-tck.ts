// `npm run tck`: the same table as conformance.test.ts without a test runner, one line for each failure and a
// sum at the end. Bundled and run by scripts/tck.mjs. With PART only the rows with PART in their file or name.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { runChecks } from "@sluice/tck";
import { checksOf, rows } from "./subjects.js";

// §3.13 is only put where the host offers gc().
setFlagsFromString("--expose-gc");
Object.assign(globalThis, { gc: runInNewContext("gc") });

const [part = ""] = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
let passed = 0;
let failed = 0;
for (const row of rows) {
  if (!`${row.file} ${row.name}`.includes(part)) continue;
  for (const mode of ["fused", "unfused"] as const) {
    for (const { among, checks } of checksOf(row, mode)) {
      for (const { error } of await runChecks(checks)) {
        if (error === undefined) passed++;
        else {
          failed++;
          process.stdout.write(`FAILED ${row.file} · ${row.name} ${among}, ${mode} · ${error.message}\n`);
        }
      }
    }
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
