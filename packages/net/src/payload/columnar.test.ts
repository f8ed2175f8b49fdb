// Columns against plain values: what goes in comes out, whatever it is, and bytes that are no columns are refused
// before they become anything.

import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { columnarCodec } from "./columnar.js";
import * as layout from "./columnar-layout.js";
import { msgpackCodec } from "./msgpack.js";

function back(items: readonly unknown[]): unknown[] {
  return columnarCodec.decode(columnarCodec.encode(items), items.length);
}

function u32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}

function float(value: number): number[] {
  return [...new Uint8Array(Float64Array.of(value).buffer)];
}

const { value: plain } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    {
      weight: 4,
      arbitrary: fc.oneof(
        fc.string({ maxLength: 70, unit: "grapheme" }),
        fc.constantFrom("sensor", "outdoor", "", null, undefined, true, false, 2 ** 53, -(2 ** 40), 1n),
        fc.integer(),
        fc.double().map((value) => (Object.is(value, -0) ? 0 : value)), // msgpackr has none
        fc.date({ noInvalidDate: true }),
      ),
    },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 5 }) },
    {
      weight: 2,
      arbitrary: fc.dictionary(fc.constantFrom("id", "name", "x", "constructor", "0"), tie("value"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    },
  ),
}));

/** Plain ones only: the others are msgpackr's, which has no -0. */
function recordOf(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  return fc.record(fields, { noNullPrototype: true });
}

/** A shape, and rows of it: what columns are made for. */
const column = fc.oneof(
  fc.constant(fc.integer()),
  fc.constant(fc.nat(200)),
  fc.constant(fc.integer({ min: 2 ** 40, max: 2 ** 40 + 70_000 })),
  fc.constant(fc.double()),
  fc.constant(fc.constantFrom("a", "kitchen", "日本")),
  fc.constant(fc.string({ maxLength: 100, unit: "grapheme" })),
  fc.constant(fc.boolean()),
  fc.constant(fc.constantFrom(null, undefined, 7)),
  fc.constant(fc.array(fc.constantFrom("x", "y"), { maxLength: 4 })),
  fc.constant(recordOf({ lat: fc.double(), lines: fc.array(recordOf({ sku: fc.string(), n: fc.nat() })) })),
  fc.constant(fc.constant(5)),
  fc.constant(fc.constantFrom(-0, 0, 3)),
);
const sameShaped = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }), column, {
    minKeys: 1,
    maxKeys: 18,
    noNullPrototype: true,
  })
  .chain((columns) => fc.array(recordOf(columns), { maxLength: 150 }));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("columnarCodec", () => {
  it("gives back items of one shape as they were", () => {
    fc.assert(
      fc.property(sameShaped, (items) => {
        expect(back(items)).toEqual(items);
      }),
      { numRuns: 250, seed: 61 },
    );
  });

  it("gives back integers at the edges of what their width can add to", () => {
    const edges = [0, 2 ** 31, 2 ** 32, 2 ** 53 - 1].flatMap((edge) => [edge - 1, edge, edge + 1, -edge]);
    for (const least of edges.filter(Number.isSafeInteger)) {
      for (const span of [0, 1, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32]) {
        const items = [least, least + span].map((id) => ({ id }));
        expect(columnarCodec.decode(columnarCodec.encode(items), 2)).toEqual(items);
      }
    }
  });

  it("gives back any plain values as they were", () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 30 }), (items) => {
        expect(back(items)).toEqual(items);
      }),
      { numRuns: 500, seed: 62 },
    );
  });

  it("keeps what msgpack keeps, inside of columns", () => {
    const items = [new Map([["a", 1]]), new Set([1]), new Date(5), 2n ** 63n, Float32Array.of(1.5), null].map(
      (kept, id) => ({ id, kept }),
    );
    expect(back(items)).toEqual(items);
  });

  it("takes less than half of what msgpack takes for items of numbers and repeated strings", () => {
    const items = Array.from({ length: 500 }, (_, i) => ({
      id: 1_000_000 + i,
      name: `measured-${i % 9}`,
      ok: true,
    }));
    const columns = columnarCodec.encode(items).length;
    expect(2 * columns).toBeLessThan(msgpackCodec.encode(items).length);
  });

  it.each([
    ["shapes that differ", [{ a: 1 }, { b: 1 }]],
    [
      "orders of keys that differ",
      [
        { a: 1, b: 2 },
        { b: 1, a: 2 },
      ],
    ],
    ["columns deeper than they may be", [deep(layout.MAX_COLUMN_DEPTH + 3)]],
    ["a shape with an inherited key", [{ a: 1, b: 2 }, Object.assign(Object.create({ b: 2 }), { a: 1 })]],
    [
      "nearly nothing but constants",
      Array.from({ length: 99 }, () =>
        Object.fromEntries(Array.from("abcdefghijklmnopqrstuvwxyz", (k) => [k, 1])),
      ),
    ],
  ])("sends %s as msgpack does", (_name, items) => {
    expect(columnarCodec.decode(columnarCodec.encode(items), items.length)).toEqual(
      msgpackCodec.decode(msgpackCodec.encode(items), items.length),
    );
  });

  it("names the field that cannot be sent, counted from the item", () => {
    expect(() => columnarCodec.encode([{ a: { b: 1 } }, { a: { b: () => 1 } }])).toThrow(
      "Cannot encode an item as columnar: the field a.b is a function; send plain values",
    );
    expect(back([{ still: "working" }])).toEqual([{ still: "working" }]);
  });

  it("writes a batch that a getter of another one begins", () => {
    const items = [
      {
        get a() {
          return back([{ inner: 1 }]);
        },
      },
    ];
    expect(back(items)).toEqual([{ a: [{ inner: 1 }] }]);
  });

  it("reads the same where no code may be compiled", async () => {
    const items = Array.from({ length: 300 }, (_, i) => ({ id: i, tags: ["a", "b"], in: { x: i / 2 } }));
    const bytes = columnarCodec.encode(items);
    vi.stubGlobal("Function", function refused() {
      throw new EvalError("Refused to evaluate a string as JavaScript");
    });
    const { columnarCodec: strict } = await import("./columnar.js");
    expect(strict.decode(bytes, items.length)).toEqual(items);
    expect(strict.decode(bytes, items.length)).toEqual(items);
  });
});

describe("bytes that are no columns", () => {
  const many = 60_000;
  it.each([
    ["nothing at all", [], 1, "it ends in the middle of a column"],
    ["a kind that there is not", [11], 1, "of the kind 11, of which there are 0 to 10"],
    ["bytes behind the end", [layout.NULLS, 0], 1, "1 bytes follow its last column"],
    ["floats cut short", [layout.FLOATS, 0, 0], 1, "middle of a column"],
    ["integers of three bytes", [layout.INTS, ...float(0), 3, 0, 0, 0], 1, "numbers of 3 bytes"],
    ["integers from no integer on", [layout.INTS, ...float(0.5), 0], 1, "integers from 0.5 on"],
    ["integers from NaN on", [layout.INTS, ...float(Number.NaN), 0], 1, "integers from NaN on"],
    ["texts longer than the payload", [layout.TEXTS, 4, ...u32(0xffff_ffff)], 1, "middle of a column"],
    ["texts without lengths", [layout.TEXTS, 1], 5, "middle of a column"],
    ["a text that is no UTF-8", [layout.TEXTS, 1, 1, 0xff], 1, "no UTF-8"],
    [
      "a long text that is no UTF-8",
      [layout.TEXTS, 1, 40, ...new Array<number>(40).fill(0xc0)],
      1,
      "no UTF-8",
    ],
    ["a choice of what is not there", [layout.CHOICES, 1, 1, 1, 0x61, 1, 1], 1, "it chooses the text 1 of 1"],
    ["a billion choices", [layout.CHOICES, 0x80, 0x94, 0xeb, 0xdc, 0x03], 1, "more rows than it may have"],
    ["a length that does not end", [layout.CHOICES, 0xff], 1, "a length that is none"],
    ["a boolean that is two", [layout.BOOLEANS, 2], 1, "a boolean that is 2"],
    ["a gap of a fourth kind", [layout.GAPS, 3], 1, "a gap of the kind 3"],
    ["values beyond the payload", [layout.VALUES, 9, 0x91], 1, "middle of a column"],
    [
      "values that msgpack refuses",
      [layout.VALUES, 3, 0x91, 0xd4, 0x78],
      1,
      "Cannot decode a msgpack payload",
    ],
    ["objects without keys", [layout.RECORDS, 0x90], 1, "whose keys are none"],
    ["objects with a key that is a number", [layout.RECORDS, 0x91, 1], 1, "whose keys are none"],
    [
      "the key __proto__",
      [layout.RECORDS, 0x91, 0xa9, ...Buffer.from("__proto__"), layout.NULLS],
      1,
      "keys are none",
    ],
    ["objects with a key cut short", [layout.RECORDS, 0x91, 0xa9, 0x61], 1, "whose keys are none"],
    [
      "a list longer than a collection",
      [layout.LISTS, 4, ...u32(65_537), layout.NULLS],
      1,
      "a collection of 65537",
    ],
    [
      "lists of nothings beyond all bounds",
      [layout.LISTS, 4, ...u32(65_536), layout.NULLS],
      1,
      "more rows than",
    ],
    [
      "lists in lists without end",
      new Array<number[]>(40).fill([layout.LISTS, 1, 1]).flat(),
      1,
      "deeper than 16",
    ],
    [
      "a hundred constants of many items",
      [
        layout.RECORDS,
        0xdc,
        0,
        64,
        ...Array.from({ length: 64 }, (_, i) => [0xa1, i + 1]).flat(),
        ...new Array<number>(64).fill(layout.NULLS),
      ],
      many,
      "more rows than it may have: 4 x",
    ],
  ])("refuses %s", (_name, bytes, count, complaint) => {
    expect(() => columnarCodec.decode(Uint8Array.from(bytes), count)).toThrow(complaint);
  });

  it("are refused by name when they are mutated, or read as some items", () => {
    const valid = columnarCodec.encode(
      Array.from({ length: 20 }, (_, id) => ({
        id,
        name: `n${id % 3}`,
        text: `t${id}`,
        value: id / 3,
        tags: id % 2 === 0 ? ["a"] : [],
        gap: id % 3 === 0 ? null : { x: true },
      })),
    );
    let read = 0;
    const change = fc.tuple(fc.nat(valid.length - 1), fc.oneof(fc.nat(255), fc.nat(11)));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.nat(5), (changes, cut) => {
        const bytes = Uint8Array.from(valid.subarray(0, valid.length - cut));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          expect(columnarCodec.decode(bytes, 20)).toHaveLength(20);
          read += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: "PAYLOAD_INVALID" });
        }
      }),
      { numRuns: 6000, seed: 63 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it("become no more than 300 bytes for one and 72 for each that items are charged besides", () => {
    // The worst that is let in: objects in objects, each of one key, of which the innermost takes no bytes.
    const count = 20_000;
    const depth = 14;
    const bytes = [
      ...Array.from({ length: depth }, () => [layout.RECORDS, 0x91, 0xa1, 0x61]).flat(),
      layout.NULLS,
    ];
    columnarCodec.decode(Uint8Array.from(bytes), 1); // compiled or not, it is read
    const before = heap();
    const items = columnarCodec.decode(Uint8Array.from(bytes), count);
    const grown = heap() - before;
    expect(items).toHaveLength(count);
    expect(grown).toBeLessThan(300 * bytes.length + 72 * 16 * count);
  });
});

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = i % 2 === 0 ? { value } : [value];
  return value;
}
