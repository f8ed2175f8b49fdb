// docs/protocol.md says what the code does: its tables are compared, and every section that code or tests cite
// is there. The state x frame tables are compared by state-frame-table.test.ts.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Reader } from "../../src/protocol/byte/reader.js";
import { decodeFrame } from "../../src/protocol/frame/codec.js";
import { HELLO_NAMES, HELLO_REQUIRED, type Settings, settingsOf } from "../../src/protocol/limits.js";
import {
  type ErrorName,
  errorTable,
  ProtocolError,
  streamFailure,
} from "../../src/protocol/protocol-error.js";
import { PROTOCOL_DOCUMENT, tableOf } from "./document-tables.js";
import { bytesOf, type Vector, vectorFiles } from "./vector-files.js";

const ROOT = new URL("../../../../", import.meta.url);

describe("docs/protocol.md", () => {
  it("lists every error code with its meaning, advice, HTTP status and flags", () => {
    const expected = Object.entries(errorTable).map(([name, row]) => {
      const { notStarted, doNotRetry } = streamFailure(name as ErrorName, "");
      const flags = [notStarted ? "A" : "", doNotRetry ? "B" : ""].join(" ").trim();
      const code = `0x${row.code.toString(16).padStart(2, "0")}`;
      return { name: code, cells: [name, row.meaning, row.advice, String(row.http), flags] };
    });
    expect(tableOf("8").rows).toEqual(expected);
  });

  it("lists every setting, with its default and its id", () => {
    const server = settingsOf("server");
    const client = settingsOf("client");
    const { rows } = tableOf("9");
    expect(rows.map(({ name }) => name)).toEqual([...HELLO_NAMES, "ownStreams"]);
    for (const [index, { name, cells }] of rows.entries()) {
      const [text = "", , id] = cells;
      expect(id).toBe(name === "ownStreams" ? "" : String(index + 1));
      for (const settings of [server, client]) {
        const value = settings[name as keyof Settings].toLocaleString("en-US");
        expect(text.split(/, | /)).toContain(value);
      }
    }
    expect(PROTOCOL_DOCUMENT).toContain(`1 to ${HELLO_REQUIRED} are required`);
  });

  it("lists every type of frame with its number, where it belongs, its flags and its vectors", () => {
    const { rows } = tableOf("1.3");
    const known = Array.from({ length: 32 }, (_, type) => type).filter(
      (type) => refusal([type, 0, 0]) !== "FRAME_UNKNOWN",
    );
    expect(rows.map(({ name }) => Number(name))).toEqual(known);
    for (const { name, cells } of rows) {
      const type = Number(name);
      const [frame = "", on, flagA, flagB, , file = ""] = cells;
      const onStream = (streamId: number): string => refusalText([type, streamId, 0]);
      expect(onStream(1).includes("belongs to stream 0"), frame).toBe(on === "0");
      expect(onStream(0).includes("belongs to a stream"), frame).toBe(on === "stream");
      const streamId = on === "0" ? 0 : 1;
      for (const [flag, meaning] of [
        [0x20, flagA],
        [0x40, flagB],
      ] as const) {
        const reserved = refusalText([type | flag, streamId, 0]).includes("reserved bit");
        expect(reserved, `${frame} ${flag}`).toBe(meaning === "");
      }
      const vectors = vectorFiles<{ vectors: Vector[] }>().find((entry) => entry.file === file);
      const firstBytes = vectors?.content.vectors.map(({ hex }) => (bytesOf(hex)[0] ?? 0) & 0x1f);
      expect(firstBytes, frame).toContain(type);
    }
  });

  it("has every section that the code and its tests cite", () => {
    const sections = new Set(
      [...PROTOCOL_DOCUMENT.matchAll(/^#+ ([0-9.]+?)\.? /gm)].map((match) => match[1]),
    );
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
    expect(cited.size).toBeGreaterThan(40);
  });

  it("cites no section of its own that it does not have", () => {
    const sections = new Set(
      [...PROTOCOL_DOCUMENT.matchAll(/^#+ ([0-9.]+?)\.? /gm)].map((match) => match[1]),
    );
    const cited = [...PROTOCOL_DOCUMENT.matchAll(/§([0-9]+(?:\.[0-9]+)?)/g)].map((match) => match[1]);
    expect(cited.filter((section) => !sections.has(section as string))).toEqual([]);
  });

  it("lists every file of frame vectors", () => {
    for (const { file } of vectorFiles()) expect(PROTOCOL_DOCUMENT).toContain(file);
  });
});

function refusal(bytes: readonly number[]): string | undefined {
  return thrown(bytes)?.codeName;
}

function refusalText(bytes: readonly number[]): string {
  return thrown(bytes)?.message ?? "";
}

function thrown(bytes: readonly number[]): ProtocolError | undefined {
  try {
    decodeFrame(new Reader(new Uint8Array(bytes)));
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  return undefined;
}
