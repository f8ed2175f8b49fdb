// The golden vectors, both ways. They are the protocol for other languages: a change here is a change of it.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Reader } from "../../src/protocol/byte/reader.js";
import { Writer } from "../../src/protocol/byte/writer.js";
import { decodeFrame, encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { ProtocolError } from "../../src/protocol/protocol-error.js";

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly frame?: unknown;
  readonly skipped?: true;
  /** It is read, but this version would not write it so. */
  readonly oneWay?: true;
  readonly error?: string;
  readonly rule?: string;
}

const FOLDER = new URL("../../vectors/", import.meta.url);

for (const file of readdirSync(FOLDER)) {
  const { vectors } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as { vectors: Vector[] };
  describe(`vectors/${file}`, () => {
    for (const { name, hex, frame, skipped, oneWay, error, rule } of vectors) {
      if (frame !== undefined) {
        it(`${oneWay === true ? "reads" : "reads and writes"}: ${name}`, () => {
          const expected = frameOf(frame);
          expect(decodeFrame(new Reader(bytesOf(hex)))).toEqual(expected);
          if (oneWay === true) return;
          const writer = new Writer();
          encodeFrame(writer, expected);
          expect(hexOf(writer.take())).toBe(hex);
        });
      } else if (skipped === true) {
        it(`skips: ${name}`, () => {
          const reader = new Reader(bytesOf(hex));
          expect(decodeFrame(reader)).toBeUndefined();
          expect(reader.left).toBe(0);
        });
      } else {
        it(`refuses: ${name}`, () => {
          const { codeName, rule: broken } = refusal(hex);
          expect({ codeName, rule: broken }).toEqual({ codeName: error, rule });
        });
      }
    }
  });
}

describe("decodeFrame", () => {
  it("refuses every vector that is cut short, wherever it is cut", () => {
    for (const file of readdirSync(FOLDER)) {
      const { vectors } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as { vectors: Vector[] };
      for (const { hex, frame, oneWay } of vectors) {
        if (frame === undefined || oneWay === true) continue;
        for (let length = 1; length < hex.length / 2; length++) {
          expect(refusal(hex.slice(0, 2 * length)).scope).toBe("connection");
        }
      }
    }
  });
});

function refusal(hex: string): ProtocolError {
  try {
    decodeFrame(new Reader(bytesOf(hex)));
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error(`${hex} was not refused`);
}

// In the files bytes are { "$hex": "..." }, and a field left out is undefined.
function frameOf(value: unknown): Frame {
  const frame = revive(value) as Frame;
  if (frame.kind === "open") return { ...frame, deadlineMs: frame.deadlineMs };
  if (frame.kind === "credit") return { ...frame, streams: frame.streams };
  return frame;
}

function revive(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  if ("$hex" in value && typeof value.$hex === "string") return bytesOf(value.$hex);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
