// Our reader and writer beside msgpackr and the walk, which are the oracle: what we write they write, what we read
// they read, and nothing is read that they refuse.

import fc from "fast-check";
import { Packr, Unpackr } from "msgpackr";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MsgpackReader } from "./msgpack-reader.js";
import { checkMsgpackBatch, MAX_COLLECTION, MAX_DEPTH } from "./msgpack-walk.js";
import { MsgpackWriter } from "./msgpack-writer.js";
import { COMPILED_AFTER, MAX_SHAPES } from "./record-shapes.js";

const packr = new Packr({ useRecords: true, moreTypes: true });
const unpackr = new Unpackr({ useRecords: true, copyBuffers: true });
const reader = new MsgpackReader();
const writer = new MsgpackWriter();

/** What the way over the walk gives; the oracle. */
function slowly(bytes: Uint8Array, count: number): unknown[] {
  checkMsgpackBatch(bytes, count);
  return unpackr.unpack(bytes) as unknown[];
}

const key = fc.oneof(
  fc.constantFrom("id", "name", "value", "tags", "constructor", "toString", "0", "7", ""),
  fc.string({ maxLength: 40, unit: "binary-ascii" }),
);
const leaf = fc.oneof(
  fc.string({ maxLength: 80, unit: "binary-ascii" }),
  fc.constantFrom("measured-name-01", "measured-name-02", "sensor"),
  fc.integer(),
  fc.nat(300),
  fc.constantFrom(-1, -32, -33, -128, -129, -32_768, -32_769, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53),
  fc.double().map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.boolean(),
  fc.constantFrom(null, undefined, ""),
);
const { value: plain } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 5 }) },
    {
      weight: 2,
      arbitrary: fc.dictionary(
        key.filter((k) => k !== "__proto__"),
        tie("value"),
        { minKeys: 1, maxKeys: 5, noNullPrototype: true },
      ),
    },
  ),
}));
/** Few shapes and many items of each, as streams are. */
const batch = fc.oneof(
  fc.array(plain, { maxLength: 8 }),
  fc.array(leaf, { maxLength: 100 }),
  fc
    .tuple(fc.array(plain, { minLength: 1, maxLength: 3 }), fc.nat(40))
    .map(([items, times]) => Array.from({ length: times }, (_, i) => items[i % items.length])),
);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("MsgpackWriter", () => {
  it("writes plain values byte for byte as msgpackr does, until there are more shapes than ids", () => {
    let written = 0;
    fc.assert(
      fc.property(batch, (items) => {
        const bytes = writer.batch(items);
        if (bytes === undefined) return;
        written += 1;
        expect(Buffer.from(bytes).toString("hex")).toBe(Buffer.from(packr.pack(items)).toString("hex"));
      }),
      { numRuns: 600, seed: 51 },
    );
    // Of these it gives up only what has too many shapes: not often, or it would be of no use.
    expect(written).toBeGreaterThan(450);
  });

  it.each([
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["an instance of a class", new (class Point {})()],
    ["an object without a prototype", Object.create(null)],
    ["bytes", new Uint8Array(1)],
    ["a bigint", 1n],
    ["a function", () => 1],
    ["an object without keys", {}],
    ["an object whose getter takes a key away", shrinking()],
  ])("leaves %s to msgpackr, and writes nothing of it", (_name, value) => {
    expect(writer.batch([1, { value }])).toBeUndefined();
    expect(writer.batch([1])).toEqual(new Uint8Array([0x91, 1]));
  });

  it("sends nothing that an object only inherits", () => {
    const items = [{ own: 1, inherited: 2 }, Object.assign(Object.create({ inherited: 3 }), { own: 4 })];
    const bytes = writer.batch(items);
    expect(unpackr.unpack(bytes ?? packr.pack(items))).toEqual([{ own: 1, inherited: 2 }, { own: 4 }]);
  });

  it("gives up for another batch that a getter of an item begins", () => {
    let inner: Uint8Array | undefined = new Uint8Array(0);
    const item = {
      get a(): number {
        inner = writer.batch([1]);
        return 5;
      },
    };
    expect(unpackr.unpack(writer.batch([item]) ?? packr.pack(0))).toEqual([{ a: 5 }]);
    expect(inner).toBeUndefined();
  });

  it("keeps -0, text beyond ASCII of any length, and what it has handed out", () => {
    const texts = [
      "é",
      "日本",
      "😀".repeat(9),
      "ü".repeat(40),
      `${"x".repeat(70)}é`,
      "é".repeat(40_000),
      "\ud800",
    ];
    const first = writer.batch([-0, ...texts]) as Uint8Array;
    const copy = Uint8Array.from(first);
    for (let i = 0; i < 50; i += 1) writer.batch([texts, i]);
    expect(first).toEqual(copy);
    expect(unpackr.unpack(first)).toEqual([-0, ...texts.slice(0, -1), "\ufffd"]);
    expect(reader.batch(first, 1 + texts.length)).toEqual([-0, ...texts.slice(0, -1), "\ufffd"]);
  });

  it("forgets its shapes when there are many, and goes on", () => {
    for (let i = 0; i < 3 * MAX_SHAPES; i += 1) {
      const items = [{ [`k${i}`]: i }, { [`k${i}`]: i, more: [{ same: 1 }] }];
      expect(unpackr.unpack(writer.batch(items) as Uint8Array)).toEqual(items);
    }
  });
});

describe("MsgpackReader", () => {
  it("reads what msgpackr wrote as msgpackr reads it, compiled or not", () => {
    let read = 0;
    fc.assert(
      fc.property(batch, (items) => {
        const bytes = Uint8Array.from(packr.pack(items));
        const back = reader.batch(bytes, items.length);
        if (back === undefined) return;
        read += 1;
        expect(back).toEqual(slowly(bytes, items.length));
      }),
      { numRuns: 600, seed: 52 },
    );
    expect(read).toBeGreaterThan(450);
  });

  it("takes nothing that the walk refuses, and reads mutated bytes as msgpackr does", () => {
    let taken = 0;
    let refused = 0;
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.nat(255), fc.constantFrom(0xd4, 0x72, 0x40, 0xdc, 0xa9, 0x91)),
    );
    fc.assert(
      fc.property(
        batch,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        (items, changes, cut) => {
          const valid = packr.pack(items);
          const bytes = Uint8Array.from(valid.subarray(0, Math.max(1, valid.length - cut)));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const back = reader.batch(bytes, items.length);
          if (back === undefined) {
            refused += 1;
            return;
          }
          taken += 1;
          expect(back).toEqual(slowly(bytes, items.length));
        },
      ),
      { numRuns: 4000, seed: 53 },
    );
    expect(Math.min(taken, refused)).toBeGreaterThan(250);
  });

  it("leaves what is beyond a bound to the walk", () => {
    const deep = Uint8Array.from([0x91, ...Array.from({ length: MAX_DEPTH + 1 }, () => 0x91), 1]);
    expect(reader.batch(deep.subarray(1), 1)).toHaveLength(1);
    expect(reader.batch(deep, 1)).toBeUndefined();
    const wide = new Uint8Array(5 + MAX_COLLECTION + 1);
    wide.set([0xdd, 0, 1, 0, 1]);
    expect(reader.batch(wide, MAX_COLLECTION + 1)).toBeUndefined();
    // Sixty-five thousand elements are claimed and none is there.
    expect(reader.batch(Uint8Array.from([0x91, 0xdc, 0xff, 0xff]), 1)).toBeUndefined();
  });

  it("gives two records that differ only in a key's last letter their own keys", () => {
    for (const name of ["alpha", "alphb", "alpha"]) {
      const items = Array.from({ length: COMPILED_AFTER + 2 }, (_, i) => ({ [name]: i, x: "y" }));
      expect(reader.batch(packr.pack(items), items.length)).toEqual(items);
    }
  });

  it("keeps nothing of a batch once it is read", () => {
    const kept = JSON.stringify(reader.batch(packr.pack([{ a: [1, "text"] }]), 1));
    expect(kept).toBe('[{"a":[1,"text"]}]');
    expect(Reflect.get(reader, "bytes")).toHaveLength(0);
    expect(Reflect.get(reader, "records")).toHaveLength(0);
  });

  it("forgets its records when there are many, and goes on", () => {
    for (let i = 0; i < 3 * MAX_SHAPES; i += 1) {
      expect(reader.batch(packr.pack([{ [`k${i}`]: i }]), 1)).toEqual([{ [`k${i}`]: i }]);
    }
    expect(
      (Reflect.get(Reflect.get(reader, "cache"), "known") as Map<unknown, unknown>).size,
    ).toBeLessThanOrEqual(MAX_SHAPES);
  });

  it("reads the same where no code may be compiled", async () => {
    const refuse = vi.fn(function refused() {
      throw new EvalError("Refused to evaluate a string as JavaScript");
    });
    vi.stubGlobal("Function", refuse);
    const { MsgpackReader: Uncompiled } = await import("./msgpack-reader.js");
    const strict = new Uncompiled();
    const items = Array.from({ length: 3 * COMPILED_AFTER }, (_, i) => ({
      id: i,
      [`o${i % 2}`]: { in: [i] },
    }));
    const bytes = writer.batch(items) as Uint8Array;
    expect(strict.batch(bytes, items.length)).toEqual(items);
    expect(strict.batch(bytes, items.length)).toEqual(items);
    // Asked once, and never again.
    expect(refuse).toHaveBeenCalledTimes(1);
  });

  it("reads strings that never repeat, and then those that do, alike", () => {
    for (const texts of [
      Array.from({ length: 5_000 }, (_, i) => `unique-text-${i}`),
      Array.from({ length: 40_000 }, (_, i) => `known-${i % 9}`),
    ]) {
      for (let at = 0; at < texts.length; at += 1_000) {
        const items = texts.slice(at, at + 1_000);
        expect(reader.batch(packr.pack(items), items.length)).toEqual(items);
      }
    }
  });
});

function shrinking(): object {
  const object = {
    get first(): number {
      Reflect.deleteProperty(object, "second");
      return 1;
    },
    second: 2,
  };
  return object;
}
