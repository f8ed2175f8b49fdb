import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ArgumentError } from "./arguments.mjs";
import { prepareFile, saveJson } from "./save.mjs";

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
