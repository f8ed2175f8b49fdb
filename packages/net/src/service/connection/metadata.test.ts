import { describe, expect, it } from "vitest";
import { checkMetadata, decodeMetadata, encodeMetadata } from "./metadata.js";

describe("metadata of a request", () => {
  it.each([1, 127, 128, 1e6, 2 ** 31, Number.MAX_SAFE_INTEGER])("carry an offset of %i", (offset) => {
    const bytes = encodeMetadata(offset);
    expect(decodeMetadata(bytes as Uint8Array)).toEqual({ offset, metadata: {} });
  });

  it.each([
    [{ trace: "7f", "": "no name", empty: "" }],
    [{ "größe \u{1f6eb}": "ü".repeat(200) }],
    [Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key ${i}`, String(i)]))],
  ])("carry names and values, and an offset besides", (metadata) => {
    const bytes = encodeMetadata(5, metadata) as Uint8Array;
    const read = decodeMetadata(bytes);
    expect(read.offset).toBe(5);
    expect({ ...read.metadata }).toEqual(metadata);
  });

  it("are nothing when there is nothing to say", () => {
    expect(encodeMetadata(0)).toBeUndefined();
    expect(encodeMetadata(0, {})).toBeUndefined();
    expect(decodeMetadata(new Uint8Array(0))).toEqual({ offset: 0, metadata: {} });
  });

  it("are written as docs/protocol.md §5.2 says", () => {
    expect([...(encodeMetadata(300) ?? [])]).toEqual([1, 2, 0xac, 0x02]);
    expect([...(encodeMetadata(0, { a: "bc" }) ?? [])]).toEqual([2, 4, 1, 0x61, 0x62, 0x63]);
  });

  it("skip entries that they do not know, and take the last value of a name", () => {
    const { offset } = decodeMetadata(Uint8Array.of(9, 3, 1, 2, 3, 1, 1, 5, 0x80, 1, 0));
    expect(offset).toBe(5);
    const twice = decodeMetadata(Uint8Array.of(2, 3, 1, 0x61, 0x62, 2, 3, 1, 0x61, 0x63));
    expect({ ...twice.metadata }).toEqual({ a: "c" });
  });

  it("are only what they are, whatever a peer calls them", () => {
    const bytes = encodeMetadata(0, JSON.parse('{"__proto__": "x", "constructor": "y"}'));
    const { metadata } = decodeMetadata(bytes as Uint8Array);
    expect(Object.keys(metadata)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect("toString" in metadata).toBe(false);
  });

  it.each([
    ["an entry without a length", [1]],
    ["an entry longer than what is there", [9, 3, 1, 2]],
    ["an offset without bytes", [1, 0]],
    ["an offset that is longer than it need be", [1, 2, 0x80, 0]],
    ["a length beyond 2^53", [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ["a name longer than its entry", [2, 3, 9, 0x61, 0x62]],
    ["a name that is no UTF-8", [2, 3, 1, 0xff, 0x62]],
    ["a value that is no UTF-8", [2, 3, 1, 0x61, 0xc0]],
  ])("refuse %s by name", (_name, bytes) => {
    expect(() => decodeMetadata(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: "INVALID_PAYLOAD" }),
    );
  });

  it("refuse at the call what is no text by name", () => {
    const check = (metadata: unknown) => () => checkMetadata("s.r", metadata as Record<string, string>);
    expect(check({ retries: 3 })).toThrow(
      new TypeError(
        'Cannot ask for s.r with the metadata "retries" of type number: its value must be a string',
      ),
    );
    expect(check(["a"])).toThrow("it must be an object of texts by name");
    expect(check("a")).toThrow(TypeError);
    expect(check(undefined)).not.toThrow();
  });
});
