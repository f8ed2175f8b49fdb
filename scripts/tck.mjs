// Runs the conformance kit over the table of core's subjects (packages/core/test/subjects.ts) without a test
// runner. Bundled from source, so that it needs no build before it; gc() lets it ask §3.13 too.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${root}node_modules/.cache/sluice/run-tck.mjs`;

await build({
  absWorkingDir: root,
  entryPoints: ["packages/core/test/run-tck.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  conditions: ["@sluice/source"],
  sourcemap: "inline",
  logLevel: "warning",
});

const child = spawn(process.execPath, ["--expose-gc", "--enable-source-maps", outfile], { stdio: "inherit" });
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
