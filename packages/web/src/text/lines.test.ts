import { concat, fail, type Flow, fromIterable, of, take } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { lines } from "./lines.js";
import type { MalformedInputError } from "./malformed-input-error.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const one = (...chunks: (string | Uint8Array)[]): Flow<string | Uint8Array> => fromIterable(chunks);

describe("lines", () => {
  const text = "ä one\r\n\n\u{1F600} two\rthree\n\n\r\nlast";
  const expected = ["ä one", "", "\u{1F600} two\rthree", "", "", "last"];

  it("gives the same lines wherever the chunks of bytes or of text are cut", async () => {
    const all = bytes(text);
    for (let size = 1; size <= all.length; size++) {
      const cut = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
        all.subarray(i * size, (i + 1) * size),
      );
      expect(
        await one(...cut)
          .pipe(lines())
          .toArray(),
      ).toEqual(expected);
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      expect(
        await one(...pieces)
          .pipe(lines())
          .toArray(),
      ).toEqual(expected);
    }
  });

  it.each([
    ["nothing", "", []],
    ["one empty line", "\n", [""]],
    ["a line that does not end", "a", ["a"]],
    ["a line that ends", "a\n", ["a"]],
    ["a byte order mark", "\ufeffa\n", ["a"]],
    ["a carriage return and no more", "a\r", ["a"]],
  ])("reads %s", async (_, text, wanted) => {
    expect(await of(bytes(text)).pipe(lines()).toArray()).toEqual(wanted);
  });

  it("reads another encoding, and with fatal refuses bytes that are no text", async () => {
    const latin = of(new Uint8Array([0xe4, 0x0a]));
    expect(await latin.pipe(lines({ encoding: "windows-1252" })).toArray()).toEqual(["ä"]);
    expect(await latin.pipe(lines()).toArray()).toEqual(["\ufffd"]);
    await expect(latin.pipe(lines({ fatal: true })).toArray()).rejects.toMatchObject({
      code: "INVALID_TEXT",
    });
    const half = of(bytes("ok\n").subarray(0, 3), new Uint8Array([0xe2, 0x82]));
    await expect(half.pipe(lines({ fatal: true })).toArray()).rejects.toThrow(
      /^Cannot decode the end as utf-8/,
    );
    expect(await half.pipe(lines()).toArray()).toEqual(["ok", "\ufffd"]);
  });

  it.each([
    ["in one chunk", ["ok\n", "123456789\n"]],
    ["over many chunks", ["ok\n1234", "5678", "9\n"]],
    ["at the end", ["ok\n123456789"]],
    ["without an end in sight", ["ok\n", ...Array<string>(1000).fill("1")]],
  ])("fails on a line that is too long %s, behind the lines before it", async (_, chunks) => {
    const seen: string[] = [];
    const error = await one(...chunks)
      .pipe(lines({ maxLength: 8 }))
      .forEach((line) => void seen.push(line))
      .catch((thrown: MalformedInputError) => thrown);
    expect(seen).toEqual(["ok"]);
    expect(error).toMatchObject({ code: "LINE_TOO_LONG", line: 2, column: 9 });
    expect((error as Error).message).toContain("longer than the maxLength of 8 characters");
  });

  it("holds no more of a line without an end than its bound", async () => {
    let read = 0;
    function* chunks(): Generator<string> {
      while (read++ < 1000) yield "1234";
    }
    await expect(
      fromIterable(chunks())
        .pipe(lines({ maxLength: 8 }))
        .toArray(),
    ).rejects.toThrow("maxLength of 8");
    expect(read).toBeLessThanOrEqual(4);
  });

  it("does not count the end of the line", async () => {
    const flow = one("12345678\r", "\n12345678\n");
    expect(await flow.pipe(lines({ maxLength: 8 })).toArray()).toEqual(["12345678", "12345678"]);
  });

  it("reads a chunk only when the lines of the last one are taken, and cancels upstream when left", async () => {
    let read = 0;
    let isOpen = true;
    function* chunks(): Generator<string> {
      try {
        for (;;) {
          read++;
          yield "a\nb\nc\n";
        }
      } finally {
        isOpen = false;
      }
    }
    expect(await fromIterable(chunks()).pipe(lines(), take(4)).toArray()).toEqual(["a", "b", "c", "a"]);
    expect(read).toBe(2);
    expect(isOpen).toBe(false);
  });

  it("passes an error of upstream on behind the lines that had ended, and drops the one that had not", async () => {
    const seen: string[] = [];
    const broken = concat([of("a\nb"), fail<string>(new Error("cut"))]).pipe(lines());
    await expect(broken.forEach((line) => void seen.push(line))).rejects.toThrow("cut");
    expect(seen).toEqual(["a"]);
  });

  it("starts anew for each subscriber", async () => {
    const flow = of("a\nb").pipe(lines());
    expect(await flow.toArray()).toEqual(["a", "b"]);
    expect(await flow.toArray()).toEqual(["a", "b"]);
  });

  it("refuses wrong options at the call, and a chunk that is neither bytes nor text", async () => {
    expect(() => lines({ maxLength: 0 })).toThrow("Cannot give lines the maxLength 0");
    expect(() => lines("utf-8" as never)).toThrow("Cannot give lines the options");
    expect(() => lines({ encoding: "nonsense" })).toThrow(RangeError);
    await expect(
      of(7 as never)
        .pipe(lines())
        .toArray(),
    ).rejects.toThrow("Cannot read the chunk 1 of lines, a number: it must be a Uint8Array or a string");
  });
});
