// `npm run fuzz -- --inputs 10000000 --seed 1`: the fuzz of packages/net/test/fuzz, bundled from source so that it
// meets what a user meets. What it finds is printed, and kept in the corpus there. All its options stand in run-fuzz.ts.
import { join } from "node:path";
import { buildSync } from "esbuild";
import { root, show } from "./bootstrap.mjs";

const outdir = join(root, ".cache", "fuzz");
buildSync({
  entryPoints: {
    fuzz: join(root, "packages/net/test/fuzz/run-fuzz.ts"),
    server: join(root, "packages/net/test/hostile/server-process.ts"),
  },
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["@sluice/source"],
  // `ws` is CommonJS and asks for the modules of Node by require.
  banner: {
    js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
  },
  sourcemap: "inline",
  outExtension: { ".js": ".mjs" },
  outdir,
});
process.exitCode = await show(process.execPath, [
  ...["--expose-gc", "--enable-source-maps", join(outdir, "fuzz.mjs")],
  ...[`--root=${root}`, `--server=${join(outdir, "server.mjs")}`],
  ...process.argv.slice(2),
]);
