// Starts server-process.ts, and ends it with the test. The process runs the sources, bundled into one file.

import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ServeOptions } from "@sluice/net/node";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import type { Figures } from "./server-process.js";

/** A server in its own process. */
export interface HostileServer {
  readonly url: string;
  readonly port: number;
  figures(): Promise<Figures>;
}

let bundle: Promise<string> | undefined;

/** Only options that can be written as JSON. */
export async function startServer(options: ServeOptions = {}): Promise<HostileServer> {
  bundle ??= bundled();
  const child = fork(await bundle, [JSON.stringify(options)], { execArgv: ["--expose-gc"] });
  onTestFinished(async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.disconnect();
    await gone;
  });
  const { url, port } = await next(child);
  return {
    url,
    port,
    figures: () => {
      child.send("figures");
      return next(child);
    },
  };
}

function next(child: ChildProcess): Promise<Figures> {
  return new Promise((resolve, reject) => {
    child.once("message", (figures) => resolve(figures as Figures));
    child.once("exit", (code) => reject(new Error(`The server process ended with code ${code}`)));
  });
}

async function bundled(): Promise<string> {
  const outfile = join(mkdtempSync(join(tmpdir(), "sluice-")), "server.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("./server-process.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@sluice/source"],
    // `ws` is CommonJS: it asks for the modules of Node by require.
    banner: {
      js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
    },
    outfile,
  });
  return outfile;
}
