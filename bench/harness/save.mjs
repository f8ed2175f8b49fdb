// Writes the figures of a run: as JSON, every repetition included, and as a chart.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError } from "./arguments.mjs";
import { chart } from "./chart.mjs";

const RESULTS = fileURLToPath(new URL("../results", import.meta.url));

/**
 * Makes sure that the file can be written: better to fail before a quarter of an hour of measuring than after.
 *
 * @returns its whole path; a bare file name lands in bench/results/
 */
export function prepareFile(file, option) {
  const path = dirname(file) === "." && !file.startsWith(".") ? join(RESULTS, file) : resolve(file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "", { flag: "a" });
  } catch (error) {
    throw new ArgumentError(
      `Cannot write to "${path}" (${error.code}): ${option} takes a file that you may write`,
    );
  }
  return path;
}

export function saveJson(path, run) {
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
}

export function saveSvg(path, run) {
  writeFileSync(path, chart(run));
}
