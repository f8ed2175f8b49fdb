import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ArgumentError } from "./arguments.mjs";
import { prepareDocs, prepareFile, saveDocs, saveJson } from "./save.mjs";

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("saveJson", () => {
  it("writes to the path that was made ready, folders and all", () => {
    const path = prepareFile(join(folder, "deep", "figures.json"), "--json");
    saveJson(path, { rows: [1, 2] });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ rows: [1, 2] });
  });
});

describe("prepareFile", () => {
  it("refuses a path that cannot be written, before anything is measured", () => {
    expect(() => prepareFile(folder, "--json")).toThrow(ArgumentError);
    expect(() => prepareFile(folder, "--json")).toThrow(
      /^Cannot write to ".*" \(EISDIR\): --json takes a file/,
    );
  });
});

describe("saveDocs", () => {
  const machine = { cpu: "a CPU", cores: 2, node: "v20.1.0", commit: "abc", date: "2026-11-21T00:00:00Z" };
  const run = { table: "net", machine, repetitions: 1, othersRepetitions: 1, longRepetitions: 1, rows: [] };

  it("writes JSON, chart, and the tables where the document has their place", () => {
    writeFileSync(
      join(folder, "benchmarks.md"),
      "# Mine\n<!-- figures of bench:net --><!-- end of bench:net -->\n",
    );
    const files = saveDocs(prepareDocs("net", folder), run).map((file) => readFileSync(file, "utf8"));
    expect(JSON.parse(files[0]).table).toBe("net");
    expect(files[1]).toMatch(/^<svg /);
    expect(files[2]).toMatch(
      /^# Mine\n<!-- figures of bench:net -->\n\n!\[.*\]\(images\/bench-net.svg\)\n\n2026-11-21, a CPU/,
    );
  });

  it("refuses a document that has no place for the table, before anything is measured", () => {
    expect(() => prepareDocs("local", folder)).toThrow(
      /^Cannot write the figures of bench:local into ".*": it has/,
    );
  });
});
