import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findUndocumented } from "./check-docstrings.mjs";

const folder = mkdtempSync(join(tmpdir(), "sluice-docstrings-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("findUndocumented", () => {
  it("names what has no docstring, and values without an example", () => {
    writeFileSync(
      join(folder, "thing.ts"),
      [
        "/** Good.\n * @example\n * ```ts\n * good();\n * ```\n */\nexport function good(): void {}",
        "/** Says, but does not show. */\nexport const unshown = 1;",
        "export class Bare {}",
        "/** A type needs no example. */\nexport interface Shape {}",
        "/** Exported as a type only. */\nexport class OnlyType {}",
        "export type Silent = string;",
        "export const inner = 1;",
      ].join("\n"),
    );
    const door = join(folder, "index.ts");
    writeFileSync(
      door,
      'export { good, unshown, Bare } from "./thing.js";\nexport type { Shape, OnlyType, Silent } from "./thing.js";\n',
    );
    const { findings, names } = findUndocumented([door], folder);
    expect(names).toBe(6);
    expect(findings.map((finding) => finding.replace(/^thing\.ts:\d+: (.*?): .*$/, "$1")).sort()).toEqual([
      "Bare has no docstring",
      "Bare has no example",
      "Silent has no docstring",
      "unshown has no example",
    ]);
  });

  it("names operators that do not say what they do with demand, buffers, errors and cancel", () => {
    const room = join(folder, "core", "src", "operator");
    mkdirSync(room, { recursive: true });
    const example = " * @example\n * ```ts\n * f();\n * ```\n */";
    const silent = `/**\n * Skips. *Demand:* n. *Errors:* none.\n${example}\nexport function skip(): void {}\n`;
    const all = "*Demand:* n. *Buffers:* nothing. *Errors:* passed on. *Cancel:* passed on.";
    writeFileSync(join(room, "skip.ts"), silent);
    writeFileSync(join(room, "map.ts"), `/**\n * Maps. ${all}\n${example}\nexport function map(): void {}\n`);
    const door = join(folder, "core", "src", "index.ts");
    writeFileSync(
      door,
      'export { map } from "./operator/map.js";\nexport { skip } from "./operator/skip.js";\n',
    );
    expect(findUndocumented([door], folder).findings).toEqual([
      "core/src/operator/skip.ts:8: skip does not say *Buffers:* *Cancel:*: add these sections",
    ]);
  });
});
