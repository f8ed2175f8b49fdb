import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUtf8, utf8Cut, utf8Length, writeUtf8 } from "./utf8.js";

describe("utf8", () => {
  it("writes and reads as the runtime's own encoder does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const expected = new TextEncoder().encode(text);
        const bytes = new Uint8Array(expected.length + 2);
        expect(utf8Length(text)).toBe(expected.length);
        expect(writeUtf8(bytes, 0, text)).toBe(expected.length);
        expect(bytes.subarray(0, expected.length)).toEqual(expected);
        expect(readUtf8(bytes, 0, expected.length)).toBe(new TextDecoder().decode(expected));
      }),
    );
  });

  it("refuses exactly what a strict decoder refuses", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        let expected: string | undefined;
        try {
          expected = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
        } catch {
          expected = undefined;
        }
        expect(readUtf8(bytes, 0, bytes.length)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses over-long forms, surrogates and what lies above U+10FFFF", () => {
    for (const bytes of [
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf8, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
    ]) {
      expect(readUtf8(new Uint8Array(bytes), 0, bytes.length)).toBeUndefined();
    }
  });

  it("cuts between characters", () => {
    expect(utf8Cut("größe", 4)).toBe("grö");
    expect(utf8Cut("größe", 5)).toBe("grö");
    expect(utf8Cut("größe", 6)).toBe("größ");
    expect(utf8Cut("a😀", 4)).toBe("a");
    expect(utf8Cut("a😀", 5)).toBe("a😀");
  });
});
