// The golden vectors, both ways. They are the protocol for other languages: a change here is a change of it.

import { describe, expect, it } from "vitest";
import { Reader } from "../../src/protocol/byte/reader.js";
import { Writer } from "../../src/protocol/byte/writer.js";
import { decodeFrame, encodeFrame } from "../../src/protocol/frame/codec.js";
import { ProtocolError } from "../../src/protocol/protocol-error.js";
import { bytesOf, frameOf, hexOf, type Vector, vectorFiles } from "./vector-files.js";

const FILES = vectorFiles<{ vectors: Vector[] }>();

for (const {
  file,
  content: { vectors },
} of FILES) {
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
    for (const { content } of FILES) {
      for (const { hex, frame, oneWay } of content.vectors) {
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
