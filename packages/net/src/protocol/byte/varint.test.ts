import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../protocol-error.js";
import { Reader } from "./reader.js";
import { MAX_VARINT, varintLength, writeVarint } from "./varint.js";

function written(value: number): Uint8Array {
  const bytes = new Uint8Array(16);
  return bytes.subarray(0, writeVarint(bytes, 0, value));
}

function read(...bytes: number[]): number {
  return new Reader(new Uint8Array(bytes)).varint("value");
}

describe("varint", () => {
  it("writes and reads every boundary in its shortest form", () => {
    for (let bits = 0; bits <= 53; bits++) {
      for (const value of [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]) {
        if (value > MAX_VARINT) continue;
        const bytes = written(value);
        expect(bytes.length).toBe(varintLength(value));
        expect(bytes.length).toBe(Math.ceil(value.toString(2).length / 7));
        expect(read(...bytes)).toBe(value);
      }
    }
  });

  it("writes and reads any value", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = written(value);
        expect(bytes.length).toBe(varintLength(value));
        expect(read(...bytes)).toBe(value);
      }),
    );
  });

  it("§1.1 refuses a longer form of the same value", () => {
    expect(() => read(0x80, 0x00)).toThrow("longer than it needs to be");
    expect(() => read(0xff, 0x80, 0x00)).toThrow("longer than it needs to be");
  });

  it("§1.1 refuses what exceeds 2^53-1 or eight bytes", () => {
    expect(() => read(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10)).toThrow("exceeds 2^53-1");
    expect(() => read(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)).toThrow("longer than 8 bytes");
  });

  it("refuses one that the message cuts short", () => {
    expect(() => read()).toThrow(ProtocolError);
    expect(() => read(0x80)).toThrow(ProtocolError);
  });
});
