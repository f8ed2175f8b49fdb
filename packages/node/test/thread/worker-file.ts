// Worker files of tests: TypeScript as a text, bundled with the packages' sources as an application would.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterAll } from "vitest";

/** A worker file with this body, which goes when the test file is over; to be called outside of tests. */
export function workerFile(body: string): URL {
  const folder = mkdtempSync(join(tmpdir(), "sluice-thread-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, "worker.mjs");
  buildSync({
    stdin: { contents: body, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["@sluice/source"],
    // What is CommonJS among the dependencies asks for modules of Node.
    banner: { js: 'import { createRequire as of } from "node:module"; const require = of(import.meta.url);' },
    outfile,
  });
  return pathToFileURL(outfile);
}

/** The same of a step: the text of a function. */
export function stepFile(step: string, options = "{}"): URL {
  return workerFile(`import { serveStep } from "@sluice/node/worker"; serveStep(${step}, ${options});`);
}
