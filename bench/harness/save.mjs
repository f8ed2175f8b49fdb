// Writes the figures of a run as JSON, every repetition included.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const RESULTS = fileURLToPath(new URL("../results", import.meta.url));

/** @returns the path written; a bare file name lands in bench/results/ */
export function saveJson(file, run) {
  const path = dirname(file) === "." && !file.startsWith(".") ? join(RESULTS, file) : resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
  return path;
}
