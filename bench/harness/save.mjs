// Writes the figures of a run: as JSON, every repetition included, as a chart, and as tables in the documentation.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError } from "./arguments.mjs";
import { chart } from "./chart.mjs";
import { placed, tables } from "./tables.mjs";

const RESULTS = fileURLToPath(new URL("../results", import.meta.url));
const DOCS = fileURLToPath(new URL("../../docs", import.meta.url));

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

/** Where `--docs` writes the figures of a table: the JSON, the chart, and the document with the tables. */
export function prepareDocs(table, folder = DOCS) {
  const document = join(folder, "benchmarks.md");
  if (placed(readFileSync(document, "utf8"), table, "") === undefined) {
    throw new ArgumentError(
      `Cannot write the figures of bench:${table} into "${document}": it has no comments "figures of bench:${table}" and "end of bench:${table}"`,
    );
  }
  return {
    json: prepareFile(join(folder, "bench", `${table}.json`), "--docs"),
    svg: prepareFile(join(folder, "images", `bench-${table}.svg`), "--docs"),
    document,
  };
}

/** @returns the files written */
export function saveDocs({ json, svg, document }, run) {
  saveJson(json, run);
  saveSvg(svg, run);
  const picture = `![The figures of the tables below, a panel a row](images/${basename(svg)})`;
  const all = `Each repetition stands in [bench/${basename(json)}](bench/${basename(json)}).`;
  const text = [picture, tables(run), all].join("\n\n");
  writeFileSync(document, placed(readFileSync(document, "utf8"), run.table, text));
  return [json, svg, document];
}

export function saveJson(path, run) {
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
}

export function saveSvg(path, run) {
  writeFileSync(path, chart(run));
}
