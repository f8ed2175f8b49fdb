// `npm run tck`: puts every row of core's conformance table to the judge, without a test runner. Both are
// bundled from source into one file, so that the judge and what it judges meet as they do for a user. With
// --expose-gc (as npm run does) the judge also checks what is released (§3.13), with --long (as npm run does) also what
// ten million items do. `npm run tck -- PART` takes only rows with PART in their file or name. Two processes share
// the rows; what they say is shown one after the other, and a process that ends without its sum is a failure.
import { join } from "node:path";
import { buildSync } from "esbuild";
import { capture, root } from "./bootstrap.mjs";

const outfile = join(root, ".cache", "run-tck.mjs");
buildSync({
  entryPoints: [join(root, "packages/core/test/run-tck.ts")],
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["@sluice/source"],
  sourcemap: "inline",
  outfile,
});

const SHARES = 2;
const shares = Array.from({ length: SHARES }, (_, mine) =>
  capture(process.execPath, [
    ...["--expose-gc", "--enable-source-maps", outfile],
    ...[`--share=${mine}/${SHARES}`, ...process.argv.slice(2)],
  ]),
);
const sum = { passed: 0, failed: 0 };
for (const { code, output } of await Promise.all(shares)) {
  const [, said = output, passed, failed] = /^([\s\S]*?)(\d+) passed, (\d+) failed\n$/.exec(output) ?? [];
  process.stdout.write(said);
  sum.passed += Number(passed ?? 0);
  sum.failed += failed === undefined || (failed === "0" && code !== 0) ? 1 : Number(failed);
  if (failed === undefined)
    process.stdout.write(`FAILED the process ended with code ${code} before it was done\n`);
}
if (sum.passed + sum.failed === 0) {
  process.stdout.write("FAILED no row has that in its file or name\n");
  sum.failed = 1;
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
process.exitCode = sum.failed > 0 ? 1 : 0;
