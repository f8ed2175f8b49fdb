// What every codec must do, and what each refuses.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Codec } from "./codec.js";
import { codecNamed, codecNames } from "./codecs.js";
import { jsonCodec } from "./json.js";
import { msgpackCodec } from "./msgpack.js";
import { rawCodec } from "./raw.js";

function roundTrip(codec: Codec, items: readonly unknown[]): unknown[] {
  if (codec.kind === "batch") return codec.decode(codec.encode(items), items.length);
  return items.map((item) => codec.decode(codec.encode(item)));
}

describe("codecNamed", () => {
  it("knows every name that stands in HELLO, and no other", () => {
    expect(codecNames.map((name) => codecNamed(name)?.name)).toEqual(["msgpack", "columnar", "raw", "json"]);
    expect(codecNamed("toString")).toBeUndefined();
  });
});

describe("msgpackCodec", () => {
  it("gives back plain values as they were, for any shape", () => {
    fc.assert(
      fc.property(
        fc.array(fc.anything({ maxDepth: 4, withDate: true, withMap: true, withSet: true })),
        (items) => {
          expect(roundTrip(msgpackCodec, items)).toEqual(items);
        },
      ),
      { numRuns: 300, seed: 21 },
    );
  });

  it("keeps dates, maps, sets, bytes, typed arrays, undefined and 64-bit integers apart", () => {
    const items = [
      new Date(1_763_700_000_123),
      new Date(Number.NaN),
      new Map<unknown, unknown>([
        ["a", 1],
        [2, { b: 3 }],
      ]),
      new Set([1, "two"]),
      new Uint8Array([1, 2, 3]),
      new Float64Array([1.5, -2]),
      undefined,
      null,
      2n ** 63n - 1n,
      -(2n ** 63n),
      { nested: { undefined, list: [] } },
    ];
    const back = roundTrip(msgpackCodec, items);
    expect(back.map((item) => (item instanceof Uint8Array ? [...item] : item))).toEqual(
      items.map((item) => (item instanceof Uint8Array ? [...item] : item)),
    );
  });

  it("writes the keys of equal-shaped items once in a batch, and again in the next", () => {
    const items = Array.from({ length: 100 }, (_, id) => ({ identifier: id, description: "x" }));
    const first = Buffer.from(msgpackCodec.encode(items)).toString("latin1");
    const second = Buffer.from(msgpackCodec.encode(items)).toString("latin1");
    expect(first.split("identifier")).toHaveLength(2);
    expect(second).toBe(first);
  });

  it("decodes batches in any order, because none depends on another", () => {
    const a = Uint8Array.from(msgpackCodec.encode([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }]));
    const b = Uint8Array.from(msgpackCodec.encode([{ b: 1 }, { c: 2 }]));
    expect(msgpackCodec.decode(b, 2)).toEqual([{ b: 1 }, { c: 2 }]);
    expect(msgpackCodec.decode(a, 4)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }]);
    expect(msgpackCodec.decode(b, 2)).toEqual([{ b: 1 }, { c: 2 }]);
  });

  it("does not let a kept piece of bytes keep its message", () => {
    const [bytes] = roundTrip(msgpackCodec, [new Uint8Array(10), "x".repeat(100_000)]) as [Uint8Array];
    expect(bytes.buffer.byteLength).toBeLessThan(20_000);
  });

  it("survives items of more shapes than there are record ids", () => {
    const items = Array.from({ length: 500 }, (_, i) => ({ [`key${i}`]: i, [`other${i % 70}`]: [i] }));
    expect(roundTrip(msgpackCodec, [...items, ...items])).toEqual([...items, ...items]);
  });

  const cycle: Record<string, unknown> = { name: "loop" };
  cycle["self"] = { back: cycle };
  it.each([
    ["a function", [{ a: [1, { run: () => 1 }] }], "the field a[1].run is a function"],
    ["a symbol", [{ id: Symbol("x") }], "the field id is a symbol"],
    ["a cycle", [cycle], "the field self.back leads back to a value that contains it"],
    ["an item that is a function", [1, () => 2], "the item itself is a function"],
    ["a value under a strange key", [{ "a b": Symbol("y") }], 'the field ["a b"] is a symbol'],
  ])("refuses %s, naming its field", (_name, items, complaint) => {
    expect(() => msgpackCodec.encode(items)).toThrow(
      `Cannot encode an item as msgpack: ${complaint}; send plain values`,
    );
    expect(roundTrip(msgpackCodec, [{ still: "working" }])).toEqual([{ still: "working" }]);
  });

  it.each([
    ["a regular expression", [/x/]],
    ["an error", [new Error("x")]],
    ["a bigint beyond 64 bits", [2n ** 70n]],
  ])("lets the receiver refuse %s", (_name, items) => {
    expect(() => roundTrip(msgpackCodec, items)).toThrow("which is not among those allowed");
  });
});

describe("jsonCodec", () => {
  it("gives back what JSON can say", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 5 })), (items) => {
        const said = items.map((item) => JSON.parse(JSON.stringify(item)) as unknown);
        expect(roundTrip(jsonCodec, items)).toEqual(said);
      }),
      { numRuns: 200, seed: 21 },
    );
  });

  it.each([
    [{ a: Number.NaN }, "the field a is NaN"],
    [{ a: { b: () => 1 } }, "the field a.b is a function"],
    [[1n], "the field [0] is a bigint"],
    [undefined, "the item itself is undefined"],
  ])("refuses what JSON would change without a word", (item, complaint) => {
    expect(() => jsonCodec.encode(item)).toThrow(complaint);
  });

  it.each([
    ["{", "Cannot decode a json payload"],
    ['{"__proto__":{"admin":true}}', 'it has the key "__proto__"'],
    ['{"\\u005f_proto__":1}', 'it has the key "__proto__"'],
    ["[".repeat(66) + "]".repeat(66), "it nests deeper than 64 levels"],
    [JSON.stringify(Array.from({ length: 65_537 }, () => 0)), "more than 65536"],
  ])("refuses to decode text outside the bounds", (text, complaint) => {
    expect(() => jsonCodec.decode(new TextEncoder().encode(text))).toThrow(complaint);
  });

  it("refuses bytes that are no UTF-8", () => {
    expect(() => jsonCodec.decode(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(
      "Cannot decode a json payload",
    );
  });
});

describe("rawCodec", () => {
  it("passes bytes through without a copy", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(rawCodec.encode(bytes)).toBe(bytes);
    expect(rawCodec.decode(bytes)).toBe(bytes);
  });

  it("refuses what is no bytes", () => {
    expect(() => rawCodec.encode({ a: 1 })).toThrow(
      'Cannot send an object as raw bytes: the item must be a Uint8Array; use the codec "msgpack" for values',
    );
  });
});
