// `npm run model`: walks random legal sequences through two sessions in a simulated network and checks after every
// step what docs/protocol.md promises (packages/net/test/model). Bundled from source, so that nothing has to be built.
import { join } from "node:path";
import { buildSync } from "esbuild";
import { install, root } from "./bootstrap.mjs";

await install();
const outfile = join(root, ".cache", "run-model.mjs");
buildSync({
  entryPoints: [join(root, "packages/net/test/model/run-model.ts")],
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["@sluice/source"],
  sourcemap: "inline",
  logLevel: "error",
  outfile,
});
process.setSourceMapsEnabled(true);
await import(outfile);
