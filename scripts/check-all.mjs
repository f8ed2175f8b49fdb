// Every check, one after the other, also after one has failed; the last line counts them. Named ones only:
// `node scripts/check-all.mjs layers size`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { capture, fail, install, root } from "./bootstrap.mjs";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const known = Object.keys(scripts)
  .filter((name) => name.startsWith("check:"))
  .map((name) => name.slice("check:".length));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : known;
for (const name of chosen) {
  if (!known.includes(name)) fail(`Cannot run the check "${name}": known are ${known.join(", ")}`);
}

await install();
let failed = 0;
for (const name of chosen) {
  process.stdout.write(`check:${name} ... `);
  const start = performance.now();
  const { code, output } = await capture("npm", ["run", "--silent", `check:${name}`]);
  process.stdout.write(
    `${((performance.now() - start) / 1000).toFixed(1)} s, ${code === 0 ? "passed" : "failed"}\n`,
  );
  if (code !== 0) failed += 1;
  // What a check prints on success is worth reading too (sizes, counts), but not the noise of its tools.
  const text = output.trim();
  if (text !== "")
    process.stdout.write(
      `${(code === 0 ? text.split("\n").slice(-4).join("\n") : text).replaceAll(/^/gm, "  ")}\n`,
    );
}
if (failed > 0)
  process.stdout.write("Next: correct what is named above; `npm run check:NAME` runs one check alone\n");
process.stdout.write(`${chosen.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
