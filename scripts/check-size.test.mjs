import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundledBytes, filesInBundle, functionsOf, overBudget, unshaken } from "./check-size.mjs";

const folder = mkdtempSync(join(tmpdir(), "sluice-size-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("check-size", () => {
  it("counts what is used and leaves out what is not", () => {
    const ballast = randomBytes(6000).toString("base64");
    writeFileSync(join(folder, "lib.mjs"), `export const small = 1;\nexport const large = "${ballast}";\n`);
    const small = bundledBytes('export { small } from "./lib.mjs";', folder);
    const large = bundledBytes('export * from "./lib.mjs";', folder);
    expect(small).toBeLessThan(200);
    expect(large).toBeGreaterThan(6000);
    expect(overBudget({ name: "lib", limit: 4096 }, small)).toEqual([]);
    expect(overBudget({ name: "lib", limit: 4096 }, large)).toHaveLength(1);
  });

  it("names a file that comes along with a function which does not use it", () => {
    mkdirSync(join(folder, "operator"));
    writeFileSync(join(folder, "operator", "map.mjs"), "export const map = () => 1;\n");
    writeFileSync(
      join(folder, "operator", "loud.mjs"),
      "globalThis.loud = 1;\nexport const loud = () => 2;\n",
    );
    writeFileSync(
      join(folder, "index.mjs"),
      'export { loud } from "./operator/loud.mjs";\nexport { map } from "./operator/map.mjs";\n',
    );
    const needed = filesInBundle('export { map } from "./operator/map.mjs";', folder);
    const inBundle = filesInBundle('export { map } from "./index.mjs";', folder);
    expect(needed).toEqual(["operator/map.mjs"]);
    expect(unshaken("map", needed, needed)).toEqual([]);
    expect(unshaken("map", inBundle, needed)).toEqual([
      "map: its bundle contains operator/loud.mjs, which it does not use: look for a side effect at import",
    ]);
  });

  it("finds the functions of a door, and no types", () => {
    const door =
      'export { map, type MapOptions } from "./operator/map.js";\nexport { Flow } from "./flow/flow.js";\n';
    expect(functionsOf(door)).toEqual([{ name: "map", file: "operator/map" }]);
  });
});
