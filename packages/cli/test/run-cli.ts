// Runs the built `sluice` as a user does, in a process of its own.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/**
 * Builds the program if a source is newer than it, so that a test never runs an old one. `npm test` has built
 * everything before; this is for a file that is run alone.
 */
export function buildCli(): void {
  const built = statSync(join(root, "packages/cli/dist/.src.tsbuildinfo"), { throwIfNoEntry: false });
  const changed = ["core", "net", "cli"].flatMap((name) => sourcesOf(join(root, "packages", name, "src")));
  if (built !== undefined && changed.every((path) => statSync(path).mtimeMs <= built.mtimeMs)) return;
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-b", "packages/cli/src"], { cwd: root });
  if (status !== 0) throw new Error(`Cannot build the program that is to be tested:\n${stdout}`);
}

function sourcesOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
}

/** A run of the program. */
export interface Run {
  readonly child: ChildProcess;
  /** Settles when the process is gone. */
  readonly ended: Promise<Outcome>;
  /** Settles with the first line that it writes. */
  readonly firstLine: Promise<string>;
}

/** What came of a run. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts `sluice` with these arguments; its output goes to pipes, so it is no terminal. */
export function startCli(...args: string[]): Run {
  const child = spawn(process.execPath, [main, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
      if (out.includes("\n")) resolve(out.slice(0, out.indexOf("\n")));
    });
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, out, err }));
  return { child, ended, firstLine };
}

/** Runs `sluice` to its end. */
export function runCli(...args: string[]): Promise<Outcome> {
  return startCli(...args).ended;
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  return table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([child, parent]) => parent === pid && isRunning(child ?? 0))
    .map(([child]) => child ?? 0);
}

/** Whether a process of this id runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
