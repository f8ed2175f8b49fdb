import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../byte/reader.js";
import { Writer } from "../byte/writer.js";
import {
  AUTH_BYTES,
  CODEC_NAME_BYTES,
  CODEC_NAMES,
  ERROR_DETAILS_BYTES,
  ERROR_MESSAGE_BYTES,
  ERROR_NAME_BYTES,
  HELLO_REQUIRED,
  HELLO_SETTINGS,
  METHOD_BYTES,
  REASON_BYTES,
} from "../limits.js";
import { ProtocolError } from "../protocol-error.js";
import { anyFrame } from "../../../test/protocol/any-frame.js";
import type { Frame } from "./frame.js";
import { readMessage } from "./batch.js";
import { decodeFrame, encodeFrame } from "./codec.js";
import { beginFrame, ERROR, endFrame, FLAG_A, GOAWAY, HELLO, OPEN, RESUME_REJECT } from "./header.js";

/** What becomes of a frame with these fields: "taken", or the error's message. */
function outcome(type: number, stream: number, fields: readonly (number | string | Uint8Array)[]): string {
  const writer = new Writer();
  const body = beginFrame(writer, type, stream);
  for (const field of fields) {
    if (typeof field === "number") writer.varint(field);
    else if (typeof field === "string") writer.text(field);
    else writer.bytes(field);
  }
  endFrame(writer, body);
  try {
    decodeFrame(new Reader(writer.take()));
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
  return "taken";
}

describe("codec", () => {
  it("reads every frame as it was written, several to a message", () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 5 }), (frames) => {
        const writer = new Writer();
        for (const frame of frames) encodeFrame(writer, frame);
        const read: Frame[] = [];
        readMessage(writer.take(), (frame) => {
          read.push(frame);
          return "more";
        });
        expect(read).toEqual(frames);
      }),
    );
  });

  it("§1.1 takes each text up to its limit and refuses one byte more", () => {
    const cases: [limit: number, (length: number) => string][] = [
      [ERROR_NAME_BYTES, (length) => outcome(ERROR, 1, [0, 0, 66, 0, "x".repeat(length), ""])],
      [ERROR_MESSAGE_BYTES, (length) => outcome(ERROR, 1, [0, 0, 66, 0, "E", "x".repeat(length)])],
      [METHOD_BYTES, (length) => outcome(OPEN, 1, [1, 19, 1, 1, 0, "x".repeat(length)])],
      [REASON_BYTES, (length) => outcome(RESUME_REJECT, 0, [1, "x".repeat(length)])],
      [REASON_BYTES, (length) => outcome(GOAWAY, 0, [0, 0, 0, "x".repeat(length)])],
    ];
    for (const [limit, send] of cases) {
      expect(send(limit)).toBe("taken");
      expect(send(limit + 1)).toContain(`at most ${limit}`);
    }
  });

  it("§5.6 refuses error details above their limit", () => {
    const details = (length: number) => outcome(ERROR, 1, [0, 0, 66, 0, "E", "m", new Uint8Array(length)]);
    expect(details(ERROR_DETAILS_BYTES)).toBe("taken");
    expect(details(ERROR_DETAILS_BYTES + 1)).toContain("8192");
  });

  it("§5.1 takes tokens of 16 to 64 bytes and authentication of at most 4,096, each from its side alone", () => {
    const hello = (flags: number, tokenBytes: number, authBytes: number) => {
      const pairs = Array.from({ length: HELLO_REQUIRED }, (_, i) => [i + 1, 1]).flat();
      const blobs = [tokenBytes, new Uint8Array(tokenBytes), 0, authBytes, new Uint8Array(authBytes)];
      return outcome(HELLO | flags, 0, [1, 0, HELLO_REQUIRED, ...pairs, 1, "raw", 0, ...blobs]);
    };
    expect([hello(FLAG_A, 0, 0), hello(FLAG_A, 16, 0), hello(FLAG_A, 64, 0)]).toEqual(Array(3).fill("taken"));
    expect(hello(FLAG_A, 15, 0)).toContain("at least 16");
    expect(hello(FLAG_A, 65, 0)).toContain("at most 64");
    expect(hello(0, 0, AUTH_BYTES)).toBe("taken");
    expect(hello(0, 0, AUTH_BYTES + 1)).toContain("at most 4096");
    expect(hello(0, 16, 0)).toContain("a client gives no token");
    expect(hello(FLAG_A, 0, 1)).toContain("a server says no authentication");
  });

  it("§5.1 bounds what HELLO can hold, and skips what it does not know", () => {
    const hello = (settings: number, codecs: number, codecBytes = 1) => {
      const pairs = Array.from({ length: settings }, (_, i) => [i + 1, 1]).flat();
      const names = new Array<string>(codecs).fill("x".repeat(codecBytes));
      return outcome(HELLO, 0, [
        1,
        0,
        settings,
        ...pairs,
        codecs,
        ...names,
        0,
        0,
        0,
        0,
        new Uint8Array([1, 2, 3]),
      ]);
    };
    expect(hello(HELLO_SETTINGS, CODEC_NAMES, CODEC_NAME_BYTES)).toBe("taken");
    expect(hello(HELLO_SETTINGS + 1, 1)).toContain("65 settings");
    expect(hello(8, CODEC_NAMES + 1)).toContain("17 codecs");
    expect(hello(8, 1, CODEC_NAME_BYTES + 1)).toContain("at most 32");
  });
});
