// B1: what a page pays for importing Sluice: bundled by esbuild from the built output, minified, gzip.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { noMoreThan } from "../harness/bar.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PEERS = fileURLToPath(new URL("../peers/", import.meta.url));

const BUNDLES = {
  sluice: {
    from: HERE,
    code: 'export { map, filter, take, range } from "@sluice/core"',
  },
  "sluice-all-of-core": { from: HERE, code: 'export * from "@sluice/core"' },
  rxjs: { from: PEERS, code: 'export { map, filter, take, range } from "rxjs"' },
  most: { from: PEERS, code: 'export { map, filter, take, runEffects } from "@most/core"' },
  effect: {
    from: PEERS,
    code: 'import { Effect, Stream } from "effect"; export const { map, filter, take, range } = Stream; export const run = Effect.runPromise',
  },
};

export const row = {
  id: "B1",
  title: "bundle of map + filter + take + range, minified, gzip; all of core",
  metrics: ["bytes"],
  repetitions: 1,
  contenders: Object.entries(BUNDLES).map(([name, { from }]) => ({ name, peer: from === PEERS })),
  bars: [
    noMoreThan("bytes", "sluice", 4 * 1024, "4 KB (4,096 bytes)"),
    noMoreThan("bytes", "sluice-all-of-core", 25 * 1024, "25 KB (25,600 bytes)"),
  ],
  async repeat({ name }) {
    // Loaded here so that --help works before anything is installed.
    const { build } = await import("esbuild");
    const { from, code } = BUNDLES[name];
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: from },
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      write: false,
      logLevel: "silent",
    });
    return { bytes: gzipSync(outputFiles[0].contents, { level: 9 }).length };
  },
};
