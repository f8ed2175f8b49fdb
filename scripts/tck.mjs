// `npm run tck`: puts every row of core's conformance table to the judge, without a test runner. Both are
// bundled from source into one file, so that the judge and what it judges meet as they do for a user. With
// --expose-gc (as npm run does) the judge also checks what is released (§3.13), with --long (as npm run does) also what
// ten million items do. `npm run tck -- PART` takes only rows with PART in their file or name.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { root } from "./bootstrap.mjs";

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
await import(pathToFileURL(outfile).href);
