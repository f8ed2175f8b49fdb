// `npm run fuzz -- --inputs 10000000 --seed 1`: the fuzz of packages/net/test/fuzz, bundled from source so that it
// meets what a user meets. What it finds is printed, and kept in the corpus there.
import { join } from "node:path";
import { buildSync } from "esbuild";
import { root, show } from "./bootstrap.mjs";

const outfile = join(root, ".cache", "run-fuzz.mjs");
buildSync({
  entryPoints: [join(root, "packages/net/test/fuzz/run-fuzz.ts")],
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["@sluice/source"],
  sourcemap: "inline",
  outfile,
});
process.exitCode = await show(process.execPath, [
  ...["--expose-gc", "--enable-source-maps", outfile, `--root=${root}`],
  ...process.argv.slice(2),
]);
