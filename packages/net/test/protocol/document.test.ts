// docs/protocol.md says what the code does: its tables are compared, and every section that code or tests cite
// is there.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Settings, settingsOf } from "../../src/protocol/limits.js";
import { errorTable } from "../../src/protocol/protocol-error.js";

const ROOT = new URL("../../../../", import.meta.url);
const document = readFileSync(new URL("docs/protocol.md", ROOT), "utf8");

function rows(section: string): string[][] {
  const from = document.indexOf(`\n## ${section}`);
  const text = document.slice(from, document.indexOf("\n## ", from + 1));
  return text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "));
}

describe("docs/protocol.md", () => {
  it("lists every error code with its meaning, advice and HTTP status", () => {
    const expected = Object.entries(errorTable).map(([name, row]) => [
      `0x${row.code.toString(16).padStart(2, "0")}`,
      name,
      row.meaning,
      row.advice,
      String(row.http),
    ]);
    expect(rows("8. Error codes").slice(1)).toEqual(expected);
  });

  it("lists every setting, with its default", () => {
    const server = settingsOf("server");
    const client = settingsOf("client");
    const table = rows("9. Limits").slice(1);
    expect(table.map(([name]) => name)).toEqual(Object.keys(server).sort(byTable(table)));
    for (const [name, text] of table) {
      for (const settings of [server, client]) {
        const value = settings[name as keyof Settings].toLocaleString("en-US");
        expect(text?.split(/[ :]/)).toContain(value);
      }
    }
  });

  it("has every section that the code and its tests cite", () => {
    const sections = new Set([...document.matchAll(/^#+ ([0-9.]+?)\.? /gm)].map((match) => match[1]));
    const cited = new Set<string>();
    for (const folder of [
      "packages/net/src/protocol/",
      "packages/net/test/protocol/",
      "packages/net/vectors/",
    ]) {
      const names = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" });
      for (const name of names.filter((file) => /\.(ts|json)$/.test(file))) {
        const text = readFileSync(new URL(folder + name, ROOT), "utf8").replace(/RFC \d+ §[0-9.]+/g, "");
        for (const match of text.matchAll(/§([0-9]+(?:\.[0-9]+)?)/g)) cited.add(match[1] as string);
      }
    }
    expect([...cited].filter((section) => !sections.has(section))).toEqual([]);
    expect(cited.size).toBeGreaterThan(20);
  });

  it("lists every vector file", () => {
    for (const file of readdirSync(new URL("packages/net/vectors/", ROOT))) expect(document).toContain(file);
  });
});

function byTable(table: string[][]): (a: string, b: string) => number {
  const at = (name: string): number => table.findIndex(([other]) => other === name);
  return (a, b) => at(a) - at(b);
}
