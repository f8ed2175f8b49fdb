import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ArgumentError } from "./arguments.mjs";
import { prepareJson, saveJson } from "./save.mjs";

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("saveJson", () => {
  it("writes to the path that was made ready, folders and all", () => {
    const path = prepareJson(join(folder, "deep", "figures.json"));
    saveJson(path, { rows: [1, 2] });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ rows: [1, 2] });
  });
});

describe("prepareJson", () => {
  it("refuses a path that cannot be written, before anything is measured", () => {
    expect(() => prepareJson(folder)).toThrow(ArgumentError);
    expect(() => prepareJson(folder)).toThrow(/^Cannot write to ".*" \(EISDIR\): --json takes a file/);
  });
});
