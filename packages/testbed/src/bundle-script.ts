// A script of a test as one file, for a Node process of its own.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles `entry`, a file of TypeScript, into `outfile`, a path that ends in `.mjs`. */
export async function bundleScript(entry: URL, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@sluice/source"],
    // What is in there of CommonJS asks for Node's modules by this.
    banner: {
      js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
    },
  });
}
