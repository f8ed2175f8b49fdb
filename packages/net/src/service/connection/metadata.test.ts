import { describe, expect, it } from "vitest";
import { decodeMetadata, encodeMetadata } from "./metadata.js";

describe("metadata of a request", () => {
  it.each([1, 127, 128, 1e6, 2 ** 31, Number.MAX_SAFE_INTEGER])("carry an offset of %i", (offset) => {
    const bytes = encodeMetadata({ offset });
    expect(decodeMetadata(bytes as Uint8Array)).toEqual({ offset });
  });

  it("are nothing when there is nothing to say", () => {
    expect(encodeMetadata({ offset: 0 })).toBeUndefined();
    expect(decodeMetadata(new Uint8Array(0))).toEqual({ offset: 0 });
  });

  it("are written as docs/protocol.md §5.2 says: id 1, length, integer", () => {
    expect([...(encodeMetadata({ offset: 300 }) ?? [])]).toEqual([1, 2, 0xac, 0x02]);
  });

  it("skip entries that they do not know", () => {
    expect(decodeMetadata(Uint8Array.of(9, 3, 1, 2, 3, 1, 1, 5, 0x80, 1, 0))).toEqual({ offset: 5 });
  });

  it.each([
    ["an entry without a length", [1]],
    ["an entry longer than what is there", [9, 3, 1, 2]],
    ["an offset without bytes", [1, 0]],
    ["an offset that is longer than it need be", [1, 2, 0x80, 0]],
    ["a length beyond 2^53", [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])("refuse %s by name", (_name, bytes) => {
    expect(() => decodeMetadata(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: "INVALID_PAYLOAD" }),
    );
  });
});
