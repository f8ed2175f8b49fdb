import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundledBytes, overBudget } from "./check-size.mjs";

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
});
