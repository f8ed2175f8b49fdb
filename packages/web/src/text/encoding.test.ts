import { from, of } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { decodeText } from "./decode-text.js";
import { encodeText } from "./encode-text.js";

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const TEXT = "a ä € \u{1F600}\u{1F1E9}\u{1F1EA}";

describe("decodeText", () => {
  it("keeps characters whole wherever the bytes are cut", async () => {
    const bytes = new TextEncoder().encode(TEXT);
    for (let at = 0; at <= bytes.length; at++) {
      const halves = of(bytes.subarray(0, at), bytes.subarray(at));
      const parts = await halves.pipe(decodeText()).toArray();
      expect(parts.join("")).toBe(TEXT);
      expect(parts).not.toContain("");
    }
  });

  it("says at the end what is left of half a character, or fails with fatal", async () => {
    const half = of(new Uint8Array([0x61, 0xe2, 0x82]));
    expect(await half.pipe(decodeText()).toArray()).toEqual(["a", "\ufffd"]);
    await expect(half.pipe(decodeText({ fatal: true })).toArray()).rejects.toMatchObject({
      code: "INVALID_TEXT",
    });
  });

  it("refuses an encoding that there is not", () => {
    expect(() => decodeText({ encoding: "nonsense" })).toThrow(RangeError);
  });
});

describe("encodeText", () => {
  it("keeps characters whole wherever the text is cut", async () => {
    const bytes = new TextEncoder().encode(TEXT);
    for (let at = 0; at <= TEXT.length; at++) {
      const parts = await of(TEXT.slice(0, at), TEXT.slice(at)).pipe(encodeText()).toArray();
      expect(joined(parts)).toEqual(bytes);
      expect(parts.every((part) => part.length > 0)).toBe(true);
    }
  });

  it("encodes half a pair that stays alone as U+FFFD", async () => {
    expect(joined(await of("\ud83d", "a\ud83d").pipe(encodeText()).toArray())).toEqual(
      new TextEncoder().encode("\ufffda\ufffd"),
    );
  });

  it("passes bytes as they are, behind half a pair that they part", async () => {
    const bytes = new Uint8Array([1, 2]);
    expect(await from<string | Uint8Array>(["\ud83d", bytes, "a"]).pipe(encodeText()).toArray()).toEqual([
      new TextEncoder().encode("\ufffd"),
      bytes,
      new Uint8Array([0x61]),
    ]);
  });

  it("refuses an item that is neither text nor bytes", async () => {
    await expect(
      from([1 as never])
        .pipe(encodeText())
        .toArray(),
    ).rejects.toThrow("Cannot encodeText an item of type number: it must be a string or a Uint8Array");
  });
});
