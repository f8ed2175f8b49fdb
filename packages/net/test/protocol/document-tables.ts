// The tables of docs/protocol.md as data: what tests are generated from, and what code is compared with.

import { readFileSync } from "node:fs";

/** The whole document. */
export const PROTOCOL_DOCUMENT: string = readFileSync(
  new URL("../../../../docs/protocol.md", import.meta.url),
  "utf8",
);

/** A table: the names of its columns but the first, and its rows by name. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[];
}

/** The `nth` table below the heading that begins with `section`, "same" replaced by the cell to the left. */
export function tableOf(section: string, nth = 0): Table {
  const heading = new RegExp(`\n(#+) ${section.replaceAll(".", "\\.")}\\b`).exec(PROTOCOL_DOCUMENT);
  if (heading === null) throw new Error(`docs/protocol.md has no section ${section}`);
  const from = heading.index + 1;
  const next = PROTOCOL_DOCUMENT.slice(from + 1).search(new RegExp(`\n#{1,${heading[1]?.length ?? 1}} `));
  const text = PROTOCOL_DOCUMENT.slice(from, next < 0 ? undefined : from + 1 + next);
  const lines = (text.match(/(?:^\|.*\n)+/gm) ?? [])[nth]?.trim().split("\n");
  if (lines === undefined) throw new Error(`docs/protocol.md ${section} has no table ${nth}`);
  const rows = lines.slice(2).map((line) => {
    const [name = "", ...cells] = cellsOf(line);
    return { name, cells: cells.map((cell, i) => leftOf(cells, cell === "same" ? i : -1) ?? cell) };
  });
  return { columns: cellsOf(lines[0] as string).slice(1), rows };
}

/** What a cell wants of the frame that it is for, and of those for which it says "else". */
export interface Wanted {
  /** Name of the error that ends the connection; undefined: it goes on. */
  readonly error: string | undefined;
  /** The peer has ended the session. */
  readonly isEnd: boolean;
  /** Nothing is said, done or reported. */
  readonly isIgnored: boolean;
  readonly otherwise: readonly string[];
}

/** Reads a cell of a state x frame table. */
export function wantedBy(cell: string): Wanted {
  const otherwise = /; else error ([A-Z_]+(?:, [A-Z_]+)*)/.exec(cell)?.[1];
  return {
    error: /^error ([A-Z_]+)/.exec(cell)?.[1],
    isEnd: cell === "the session ends",
    isIgnored: cell === "ignored",
    otherwise: otherwise?.split(", ") ?? [],
  };
}

function leftOf(cells: readonly string[], index: number): string | undefined {
  let i = index;
  while (i >= 0 && cells[i] === "same") i--;
  return i < 0 ? undefined : cells[i];
}

function cellsOf(line: string): string[] {
  return line.replace(/^\| ?| ?\|$/g, "").split(/ ?\| ?/);
}
