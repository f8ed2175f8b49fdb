// `npm run tck`: the same table as conformance.test.ts without a test runner, one line for each failure and a
// sum at the end. Bundled and run by scripts/tck.mjs. With PART only the rows with PART in their file or name;
// with --long also the runs over ten million items; with --share=1/2 only the second of each two.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { runChecks } from "@sluice/tck";
import { longRuns } from "./long-run.js";
import { checksOf, rows, runIn } from "./subjects.js";

// §3.13 is only put where the host offers gc().
setFlagsFromString("--expose-gc");
Object.assign(globalThis, { gc: runInNewContext("gc") });

const args = process.argv.slice(2);
const [part = ""] = args.filter((arg) => !arg.startsWith("--"));
const share = args.find((arg) => arg.startsWith("--share="))?.slice("--share=".length) ?? "0/1";
const [mine = 0, shares = 1] = share.split("/").map(Number);
let passed = 0;
let failed = 0;

function count(what: string, error: Error | undefined): void {
  if (error === undefined) passed++;
  else {
    failed++;
    process.stdout.write(`FAILED ${what} · ${error.message}\n`);
  }
}

/** What this process has to judge: dealt out one by one, as neighbours take about as long. */
function shareOf<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  return all.filter((one) => nameOf(one).includes(part)).filter((_, index) => index % shares === mine);
}

for (const row of shareOf(rows, ({ file, name }) => `${file} ${name}`)) {
  for (const mode of ["fused", "unfused"] as const) {
    for (const { among, checks } of checksOf(row, mode)) {
      for (const { error } of await runChecks(checks)) {
        count(`${row.file} · ${row.name} ${among}, ${mode}`, error);
      }
    }
  }
}
for (const { name, check } of shareOf(
  args.includes("--long") ? longRuns : [],
  (run) => `long run ${run.name}`,
)) {
  for (const mode of ["fused", "unfused"] as const) {
    const start = performance.now();
    const [result] = await runChecks([{ ...check, run: () => runIn(mode, check) }]);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`10,000,000 items through ${name}, ${mode}: ${seconds} s\n`);
    count(`${name}, ${mode}`, result?.error);
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
