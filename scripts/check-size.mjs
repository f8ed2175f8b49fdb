// What a user of @sluice/core pays in bytes: bundled, minified and compressed as an application would do it.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { build, root } from "./bootstrap.mjs";
import { conclude } from "./findings.mjs";

// Bar B1 of the project: 4 KiB for the usual four, 25 KiB for everything there is.
const BUDGETS = [
  {
    name: "map + filter + take + range",
    code: 'export { filter, map, range, take } from "@sluice/core";',
    limit: 4096,
  },
  {
    name: "whole of core, both doors",
    code: 'export * as user from "@sluice/core"; export * as kit from "@sluice/core/kit";',
    limit: 25 * 1024,
  },
];

/** Bytes of the bundle of `code` after minifying and gzip; packages resolve as seen from `folder`. */
export function bundledBytes(code, folder) {
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** A finding for a bundle over its budget. */
export function overBudget({ name, limit }, bytes) {
  if (bytes <= limit) return [];
  return [`${name}: ${bytes} B of ${limit} B: find what came in with \`npx esbuild --bundle --analyze\``];
}

if (import.meta.filename === process.argv[1]) {
  await build("packages/core/src");
  const findings = BUDGETS.flatMap((budget) => {
    const bytes = bundledBytes(budget.code, join(root, "examples"));
    process.stdout.write(`${budget.name}: ${bytes} B of ${budget.limit} B (minified, gzip)\n`);
    return overBudget(budget, bytes);
  });
  conclude("size", findings, "within budget");
}
