// The walk against bytes as an attacker would write them, and against everything our encoder writes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { msgpackCodec } from "./msgpack.js";
import { checkMsgpackBatch, MAX_COLLECTION, MAX_DEPTH } from "./msgpack-walk.js";

function bytes(...parts: (number | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flat());
}

function text(value: string): number[] {
  return [0xa0 + value.length, ...Buffer.from(value)];
}

describe("checkMsgpackBatch", () => {
  it.each([
    ["no array", bytes(0x01), 1, "it has the byte 0x1 where an array must be"],
    ["fewer items than its frame says", bytes(0x91, 0x01), 2, "it has 1 items where its frame says 2"],
    ["bytes after its end", bytes(0x91, 0x01, 0x02), 1, "1 bytes follow its last item"],
    ["nothing at all", bytes(), 1, "it ends in the middle of a value"],
    ["a string cut short", bytes(0x91, 0xa5, 0x61), 1, "it ends in the middle of a value"],
    ["a number cut short", bytes(0x91, 0xcb, 0, 0), 1, "it ends in the middle of a value"],
    ["an item that is missing", bytes(0x92, 0x01), 2, "it ends in the middle of a value"],
    ["a length of four bytes cut short", bytes(0x91, 0xdb, 0xff), 1, "it ends in the middle of a value"],
    ["the byte that is never used", bytes(0x91, 0xc1), 1, "it has the byte 0xc1, which is no value"],
    ["an array of 4 GiB", bytes(0x91, 0xdd, 0xff, 0xff, 0xff, 0xff), 1, "a collection of 4294967295"],
    ["a map of 4 GiB", bytes(0x91, 0xdf, 0xff, 0xff, 0xff, 0xff), 1, "a collection of 4294967295"],
    ["a regular expression", bytes(0x91, 0xd4, 0x78, 0, 0x90), 1, "the extension type 0x78"],
    ["an error", bytes(0x91, 0xd4, 0x65, 0, 0x90), 1, "the extension type 0x65"],
    ["a bundle of strings", bytes(0x91, 0xd6, 0x62, 0, 0, 0, 1), 1, "the extension type 0x62"],
    ["a reference", bytes(0x91, 0xd6, 0x70, 0, 0, 0, 1), 1, "the extension type 0x70"],
    ["a record of two bytes", bytes(0x91, 0xd5, 0x72, 0x40, 0), 1, "the byte 0xd5, which is no value"],
    ["a date of a wrong size", bytes(0x91, 0xc7, 5, 0xff, 0, 0, 0, 0, 0), 1, "the extension type 0xff"],
    ["a typed array without a type", bytes(0x91, 0xc7, 0, 0x74), 1, "a typed array without a type"],
    ["a record with a strange id", bytes(0x91, 0xd4, 0x72, 0x3f, 0x90), 1, "the record 0x3f"],
    [
      "a record whose key is a number",
      bytes(0x91, 0xd4, 0x72, 0x40, 0x91, 1, 1),
      1,
      "a key that is no string",
    ],
    ["a record without its keys", bytes(0x91, 0xd4, 0x72, 0x40, 0x01), 1, "where an array must be"],
    [
      "a second instance cut short",
      bytes(0x92, 0xd4, 0x72, 0x40, 0x91, text("a"), 1, 0x40),
      2,
      "middle of a value",
    ],
    [
      "the key __proto__ in a record",
      bytes(0x91, 0xd4, 0x72, 0x40, 0x91, text("__proto__"), 1),
      1,
      "__proto__",
    ],
    ["the key __proto__ in a map", bytes(0x91, 0x81, text("__proto__"), 0x80), 1, "__proto__"],
    [
      "the key __proto__ with a long head",
      bytes(
        0x91,
        0x81,
        0xd9,
        text("__proto__").map((b, i) => (i === 0 ? 9 : b)),
        1,
      ),
      1,
      "__proto__",
    ],
    [
      "arrays too deep",
      bytes(
        0x91,
        Array.from({ length: MAX_DEPTH + 1 }, () => 0x91),
        0x01,
      ),
      1,
      "deeper than 64",
    ],
    [
      "records too deep",
      bytes(
        0x91,
        0xd4,
        0x72,
        0x40,
        0x91,
        text("a"),
        Array.from({ length: 70 }, () => 0x40),
        1,
      ),
      1,
      "deeper than 64",
    ],
  ])("refuses %s", (_name, payload, count, complaint) => {
    expect(() => checkMsgpackBatch(payload, count)).toThrow(complaint);
  });

  it("takes what stands exactly at the bounds", () => {
    const deep = bytes(
      0x91,
      Array.from({ length: MAX_DEPTH }, () => 0x91),
      0x01,
    );
    const wide = bytes(
      0x91,
      0xdd,
      0,
      1,
      0,
      0,
      Array.from({ length: MAX_COLLECTION }, () => 0xc0),
    );
    expect(() => checkMsgpackBatch(deep, 1)).not.toThrow();
    expect(() => checkMsgpackBatch(wide, 1)).not.toThrow();
  });

  it("takes an unused record id as the integer of plain msgpack", () => {
    expect(msgpackCodec.decode(bytes(0x92, 0x7f, 0x40), 2)).toEqual([127, 64]);
  });

  it("takes whatever our encoder writes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.anything({ maxDepth: 6, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        ),
        (items) => {
          checkMsgpackBatch(msgpackCodec.encode(items), items.length);
        },
      ),
      { numRuns: 300, seed: 22 },
    );
  });

  it("either refuses random and mutated bytes, or the decoder takes them", () => {
    const valid = Uint8Array.from(
      msgpackCodec.encode([
        { id: 1, name: "a", tags: ["x", "y"] },
        { id: 2, name: "b", tags: [] },
      ]),
    );
    let decoded = 0;
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), fc.nat(255), (at, value, count) => {
        const payload = Uint8Array.from(valid);
        payload[at] = value;
        try {
          const items = msgpackCodec.decode(payload, at === 0 ? count : 2);
          decoded += 1;
          expect(Array.isArray(items)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: "PAYLOAD_INVALID" });
        }
      }),
      { numRuns: 3000, seed: 23 },
    );
    expect(decoded).toBeGreaterThan(0);
  });
});
