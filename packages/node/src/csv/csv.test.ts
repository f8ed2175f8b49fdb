import { concat, fail, type Flow, fromIterable, of, take } from "@sluice/core";
import type { MalformedInputError } from "@sluice/web";
import { describe, expect, it } from "vitest";
import { formatCsv } from "./format-csv.js";
import { type ParseCsvOptions, parseCsv } from "./parse-csv.js";

const outcome = async (text: string | string[], options?: ParseCsvOptions) => {
  const records: unknown[] = [];
  const error = await fromIterable(typeof text === "string" ? [text] : text)
    .pipe(parseCsv<unknown>(options))
    .forEach((record) => void records.push(record))
    .then(
      () => undefined,
      (thrown: MalformedInputError) => thrown,
    );
  return { records, error };
};
const skipping = (skipped: string[]): ParseCsvOptions => ({
  onInvalid: "skip",
  onSkip: (error, count) => void skipped.push(`${count} ${error.line}:${error.column} ${error.text}`),
});
const textOf = async (flow: Flow<Uint8Array>): Promise<string> =>
  Buffer.concat(await flow.toArray()).toString();

describe("parseCsv", () => {
  const text = '\ufeffid,name\r\n1,"Ann ""A"""\r\n\r\n2,"two\r\nlines, ä \u{1F600}"\r\n3,';
  const rows = [
    ["id", "name"],
    ["1", 'Ann "A"'],
    ["2", "two\r\nlines, ä \u{1F600}"],
    ["3", ""],
  ];

  it("reads the same records wherever the chunks of bytes or of text are cut", async () => {
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size += size < 8 ? 1 : 7) {
      const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(await fromIterable(cut).pipe(parseCsv()).toArray()).toEqual(rows);
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      expect(await fromIterable(pieces).pipe(parseCsv()).toArray()).toEqual(rows);
    }
  });

  it("names the fields by the first record, or as it is told", async () => {
    expect((await outcome("a,b\n1,2\n", { columns: true })).records).toEqual([{ a: "1", b: "2" }]);
    expect((await outcome("1,2\n", { columns: ["x", "y"] })).records).toEqual([{ x: "1", y: "2" }]);
    const dialect: ParseCsvOptions = { delimiter: ";", quote: "'", escape: "\\", comment: "#", trim: true };
    expect((await outcome("# so\n 1 ; 'it\\'s' \n", dialect)).records).toEqual([["1", "it's"]]);
    expect((await outcome("1\n\n1,2\n", { relaxColumnCount: true, skipEmptyLines: false })).records).toEqual([
      ["1"],
      [""],
      ["1", "2"],
    ]);
  });

  it.each([
    [
      "a record of other length",
      "1,2\n3,4\n5\n6,7\n",
      { line: 3, text: "5" },
      "it has 1 field, unlike the first record",
      2,
    ],
    [
      "text behind a closing quote",
      '1,2\n3,"4"x\n',
      { line: 2, column: 2, text: '3,"4"' },
      "between a closing quote",
      1,
    ],
    [
      "a quote within a field",
      '1,2\n3,x"4"\n',
      { line: 2, column: 2, text: '3,x"' },
      "a quote opens within a field",
      1,
    ],
    ["a quote that is not closed", '1,2\n3,"4\n', { line: 2, column: 2 }, "a quote is not closed", 1],
  ])(
    "fails on %s, behind the records before it, with line, field and text",
    async (_, text, wanted, words, good) => {
      for (const chunks of [text, [...text]]) {
        const { records, error } = await outcome(chunks);
        expect(records).toHaveLength(good);
        expect(error).toMatchObject({ code: "INVALID_CSV", ...wanted });
        expect(error?.message).toContain(words);
      }
    },
  );

  it("leaves malformed records out and counts them", async () => {
    const skipped: string[] = [];
    const { records, error } = await outcome('1,2\n3\n"4"x"5",6\n7,8\n9,10,11\n', skipping(skipped));
    expect(error).toBeUndefined();
    expect(records).toEqual([
      ["1", "2"],
      ["7", "8"],
    ]);
    expect(skipped.map((entry) => entry.slice(0, 3))).toEqual(["1 2", "2 3", "3 5"]);
  });

  it("fails on a record that is too long, whatever the choice: nobody closes its quote", async () => {
    const skipped: string[] = [];
    const endless = ["1\n", '"', ...Array<string>(1000).fill("x,\n")];
    for (const options of [undefined, skipping(skipped)]) {
      const { records, error } = await outcome(endless, { ...options, maxLength: 100 } as ParseCsvOptions);
      expect(records).toEqual([["1"]]);
      expect(error).toMatchObject({ code: "RECORD_TOO_LONG" });
    }
    expect(skipped).toEqual([]);
  });

  it("fails where csv-parse could not go on, also when it is to skip", async () => {
    const { records, error } = await outcome('1,2\n"3" x,4\n5,6\n', {
      ...skipping([]),
      trim: true,
    } as ParseCsvOptions);
    expect(records).toEqual([["1", "2"]]);
    expect(error).toMatchObject({ code: "INVALID_CSV", line: 2 });
  });

  it("fails with what onSkip throws", async () => {
    const thrown = new Error("enough");
    const onSkip = (): never => {
      throw thrown;
    };
    expect((await outcome("1,2\n3\n", { onInvalid: "skip", onSkip })).error).toBe(thrown);
  });

  it("passes an error of upstream on behind the records before it, and stops upstream when left", async () => {
    const cut = new Error("cut");
    const records: unknown[] = [];
    const broken = concat([of("1\n2\n3333333333"), fail<string>(cut)]).pipe(parseCsv());
    await expect(broken.forEach((record) => void records.push(record))).rejects.toBe(cut);
    expect(records).toEqual([["1"], ["2"]]);
    let read = 0;
    function* chunks(): Generator<string> {
      for (;;) yield `${read++}\n`;
    }
    expect(await fromIterable(chunks()).pipe(parseCsv(), take(5)).toArray()).toHaveLength(5);
    expect(read).toBeLessThanOrEqual(8);
  });

  it("refuses wrong options at the call", () => {
    const wrong = (options: unknown) => () => parseCsv(options as never);
    expect(wrong({ onInvalid: "ignore" })).toThrow('choose "fail" or "skip"');
    expect(wrong({ onInvalid: "skip" })).toThrow("without onSkip");
    expect(wrong({ columns: 7 })).toThrow("columns");
    expect(wrong({ maxLength: 0 })).toThrow("the maxLength 0");
    expect(wrong(7)).toThrow("the options 7");
  });
});

describe("formatCsv", () => {
  it("writes what parseCsv reads", async () => {
    const rows = Array.from({ length: 500 }, (_, n) => ({
      id: String(n),
      name: n % 7 === 0 ? 'a "b",\n' : `ä${n}`,
    }));
    const text = fromIterable(rows).pipe(formatCsv({ header: true }));
    expect(await text.pipe(parseCsv<(typeof rows)[number]>({ columns: true })).toArray()).toEqual(rows);
  });

  it("takes arrays, picks columns, and defuses formulas", async () => {
    expect(await textOf(of<unknown>([1, "=2+3"]).pipe(formatCsv({ escapeFormulas: true })))).toBe(
      "1,'=2+3\n",
    );
    const picked = formatCsv({ columns: ["b"], header: true, delimiter: ";", recordDelimiter: "\r\n" });
    expect(await textOf(of<unknown>({ a: 1, b: ";" }).pipe(picked))).toBe('b\r\n";"\r\n');
  });

  it("asks for no more records than csv-stringify has room for while nobody reads", async () => {
    let pulled = 0;
    function* endless(): Generator<string[]> {
      for (;;) {
        pulled++;
        yield ["x".repeat(1000)];
      }
    }
    const reader = fromIterable(endless()).pipe(formatCsv()).values({ prefetch: 1 });
    await reader.next();
    await new Promise(setImmediate);
    expect(pulled).toBeLessThan(400); // chunks of 64 KiB since Node 22, one of them read
    await reader.return?.();
  });

  it("passes an error of upstream on, and cancels upstream for one of its own", async () => {
    const cut = new Error("cut");
    await expect(
      concat([of([1]), fail(cut)])
        .pipe(formatCsv())
        .toArray(),
    ).rejects.toBe(cut);
    await expect(
      fromIterable<unknown>([[1], "text"])
        .pipe(formatCsv())
        .toArray(),
    ).rejects.toThrow();
  });

  it("refuses wrong options at the call", () => {
    expect(() => formatCsv({ columns: 7 } as never)).toThrow();
    expect(() => formatCsv(7 as never)).toThrow("the options 7");
  });
});
