import { concat, fail, fromIterable, of, take } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNdjson } from "./format-ndjson.js";
import { jsonErrorIndex } from "./json-error-index.js";
import type { MalformedInputError } from "./malformed-input-error.js";
import { parseNdjson } from "./parse-ndjson.js";

const outcome = async (text: string[], options?: Parameters<typeof parseNdjson>[0]) => {
  const values: unknown[] = [];
  const error = await fromIterable(text)
    .pipe(parseNdjson(options))
    .forEach((value) => void values.push(value))
    .then(
      () => undefined,
      (thrown: MalformedInputError) => thrown,
    );
  return { values, error };
};

describe("parseNdjson", () => {
  it("reads back what formatNdjson wrote, wherever the chunks are cut", async () => {
    const values = [{ a: [1, null] }, "\u2028\n\r", 7, null, [], "ä"];
    const text = (await fromIterable(values).pipe(formatNdjson()).toArray()).join("");
    for (let size = 1; size < text.length; size++) {
      const chunks = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      expect(await fromIterable(chunks).pipe(parseNdjson()).toArray()).toEqual(values);
    }
  });

  it("passes over empty lines, takes CRLF, and a last line that does not end", async () => {
    expect((await outcome(["\n1\r\n\r\n  \n2"])).values).toEqual([1, 2]);
  });

  it("fails behind the values before, with line, column and text", async () => {
    const { values, error } = await outcome(['1\n\n{"a":1,}\n2\n']);
    expect(values).toEqual([1]);
    expect(error).toMatchObject({ code: "INVALID_JSON", line: 3, column: 8, text: '{"a":1,}' });
    expect(error?.message).toBe('Cannot parse the line 3 as JSON: the character 8 is wrong: {"a":1,}');
    expect(error?.cause).toBeInstanceOf(SyntaxError);
  });

  it("shows of a long line what lies around the place", async () => {
    const { error } = await outcome([`["${"x".repeat(500)}", oops, "${"y".repeat(500)}"]`]);
    expect(error).toMatchObject({ line: 1, column: 506 });
    expect(error?.text).toMatch(/^…x+", oops, "y+…$/);
    expect(error?.text).toHaveLength(80);
  });

  it("says that a line ends too early", async () => {
    const { error } = await outcome(['{"a":']);
    expect(error?.message).toBe('Cannot parse the line 1 as JSON: it ends too early: {"a":');
  });

  it("leaves lines out and counts them, also such as are too long", async () => {
    const skipped: string[] = [];
    const onSkip = (error: MalformedInputError, count: number): void => {
      skipped.push(`${count} ${error.line}:${error.column} ${error.code}`);
    };
    const long = `"${"x".repeat(99)}"`;
    for (const chunks of [
      [`1\nno\n${long}\n2\n]\n${long}`],
      [..."1\nno\n", ...long, ..."\n2\n]\n", ...long],
    ]) {
      skipped.length = 0;
      const { values, error } = await outcome(chunks, { onInvalid: "skip", onSkip, maxLength: 20 });
      expect(error).toBeUndefined();
      expect(values).toEqual([1, 2]);
      expect(skipped.map((entry) => entry.slice(2)).sort()).toEqual([
        "2:1 INVALID_JSON",
        "3:21 LINE_TOO_LONG",
        "5:1 INVALID_JSON",
        "6:21 LINE_TOO_LONG",
      ]);
      expect(skipped.map((entry) => entry[0])).toEqual(["1", "2", "3", "4"]);
    }
  });

  it("fails with what onSkip or the reviver throws", async () => {
    const thrown = new Error("enough");
    const onSkip = (): never => {
      throw thrown;
    };
    expect((await outcome(["1\n]\n"], { onInvalid: "skip", onSkip })).error).toBe(thrown);
    expect((await outcome(["1\n"], { reviver: onSkip })).error).toBe(thrown);
    const twice = { reviver: (_: string, value: unknown) => (typeof value === "number" ? value * 2 : value) };
    expect((await outcome(["[1]\n"], twice)).values).toEqual([[2]]);
  });

  it("parses no line before it is asked for", async () => {
    expect(await of("1\n2\noops\n").pipe(parseNdjson(), take(2)).toArray()).toEqual([1, 2]);
  });

  it("passes an error of upstream on", async () => {
    const broken = concat([of("1\n2"), fail<string>(new Error("cut"))]);
    await expect(broken.pipe(parseNdjson()).toArray()).rejects.toThrow("cut");
  });

  it("refuses wrong options by name", () => {
    const wrong = (options: unknown) => () => parseNdjson(options as never);
    expect(wrong({ onInvalid: "ignore" })).toThrow(
      'Cannot give parseNdjson onInvalid: "ignore": choose "fail" or "skip"',
    );
    expect(wrong({ onInvalid: "skip" })).toThrow("without onSkip");
    expect(wrong({ reviver: 1 })).toThrow("it takes a function");
    expect(wrong({ maxLength: "1" })).toThrow('the maxLength "1"');
  });
});

describe("formatNdjson", () => {
  it.each([
    [undefined, "Cannot format the item 2 as JSON: it is undefined, which JSON has no word for"],
    [() => 1, "Cannot format the item 2 as JSON: it is function"],
    [1n, "Cannot format the item 2 as JSON:"],
  ])("fails on %s", async (item, message) => {
    await expect(fromIterable<unknown>([1, item]).pipe(formatNdjson()).toArray()).rejects.toThrow(message);
  });
});

describe("jsonErrorIndex", () => {
  it.each([
    ["", 0],
    ["{", 1],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ["[1,]", 3],
    ["[1}", 2],
    ["nul", 0],
    ["1 2", 2],
    ["01", 1],
    ['"a', 2],
    ['"a\n"', 2],
    ['"\\x"', 1],
    ["{}}", 2],
    ["]", 0],
  ])("finds where %j goes wrong", (text, index) => {
    expect(jsonErrorIndex(text)).toBe(index);
  });

  it("finds an error in a text if and only if JSON.parse does, and at the same place where the engine tells one", () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", ",", "}", "]", '"', "\\", ":", "0", "-", "e", " ", "\u0001"),
      )
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (text) => {
        let failure: Error | undefined;
        try {
          JSON.parse(text);
        } catch (thrown) {
          failure = thrown as Error;
        }
        expect(jsonErrorIndex(text) === undefined).toBe(failure === undefined);
      }),
      { numRuns: 2000 },
    );
  });
});
