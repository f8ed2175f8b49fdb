// The golden vectors, both ways. They are the protocol for other languages: a change here is a change of it.

import { describe, expect, it } from "vitest";
import { joined, type Message } from "../../src/protocol/byte/message.js";
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
  it("reads and refuses every vector alike when its message comes in parts, wherever it is cut", () => {
    for (const { content } of FILES) {
      for (const { hex } of content.vectors) {
        const bytes = bytesOf(hex);
        const whole = outcome(bytes);
        // Everywhere in the head, where the fields are, and at some places of what is long.
        for (let cut = 1; cut < bytes.length; cut += cut < 24 ? 1 : 1 + (bytes.length >> 4)) {
          const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)];
          expect(outcome([head, tail])).toEqual(whole);
          expect(outcome([head, new Uint8Array(), tail.subarray(0, 1), tail.subarray(1)])).toEqual(whole);
        }
      }
    }
  });

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

/** The frame, with what is left behind it; or why it is refused. */
function outcome(message: Message): unknown {
  const reader = new Reader(message);
  try {
    const frame = decodeFrame(reader);
    const read = frame?.kind === "items" ? { ...frame, payload: joined(frame.payload) } : frame;
    return { read, left: reader.left };
  } catch (error) {
    if (error instanceof ProtocolError) return [error.codeName, error.rule, error.message];
    throw error;
  }
}

function refusal(hex: string): ProtocolError {
  try {
    decodeFrame(new Reader(bytesOf(hex)));
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error(`${hex} was not refused`);
}
