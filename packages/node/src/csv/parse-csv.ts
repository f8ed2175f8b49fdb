import { concat, defer, fail, type FlowInput, type Operator } from "@sluice/core";
import { asError, checkCapacity, requireFlow } from "@sluice/core/kit";
import {
  type ChunkParser,
  encodeText,
  MalformedInputError,
  type OnInvalid,
  parseWith,
  skippingBy,
} from "@sluice/web";
import { CsvError, type Options, Parser } from "csv-parse";
import type { CsvDialect } from "./csv-options.js";

/** How CSV is read. */
export type ParseCsvOptions = CsvDialect &
  OnInvalid & {
    /** `true`: the first record names the fields; or the names. Records are objects then, and arrays without it. */
    readonly columns?: boolean | readonly string[] | undefined;
    /** What a line begins with that is passed over; default: none. */
    readonly comment?: string | undefined;
    /** The longest record, in characters; default 1,048,576. */
    readonly maxLength?: number | undefined;
    /** `true`: records may have more or fewer fields than the first; default `false`. */
    readonly relaxColumnCount?: boolean | undefined;
    /** `false`: an empty line is a record of one empty field; default `true`: passed over. */
    readonly skipEmptyLines?: boolean | undefined;
    /** `true`: space around delimiters is left out; default `false`. */
    readonly trim?: boolean | undefined;
  };

/**
 * Parses CSV (RFC 4180, and its dialects) out of bytes of UTF-8 or text, by csv-parse.
 *
 * *Demand:* one chunk at a time, and one ahead. *Buffers:* that, the records of one chunk, and at most `maxLength`
 * characters of one that has not ended. *Errors:* passed on; a malformed record fails with a `MalformedInputError` of the
 * code `INVALID_CSV`, behind the records before it; with `onInvalid: "skip"` it is left out and counted. One that is too
 * long always fails, with `RECORD_TOO_LONG`: behind a quote that nobody closes there is no next record. *Cancel:* passed
 * on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { parseCsv } from "@sluice/node";
 * const onSkip = (error: Error, skipped: number) => console.log(skipped, error.message);
 * const text = of('id,name\n1,"Ann', 'a"\n2\n3,Bob\n');
 * const rows = text.pipe(parseCsv<{ id: string; name: string }>({ columns: true, onInvalid: "skip", onSkip }));
 * console.log((await rows.toArray()).map(({ id, name }) => `${id} ${name}`));
 * // prints 1 Cannot parse the line 3 as CSV: it has 1 field, and 2 columns are wanted: 2
 * // prints [ '1 Anna', '3 Bob' ]
 * ```
 */
export function parseCsv<T = string[]>(options?: ParseCsvOptions): Operator<string | Uint8Array, T> {
  const skipping = skippingBy("parseCsv", options);
  checkCapacity("parseCsv", options?.maxLength ?? LONGEST, 1, "maxLength");
  new CsvRecords(options, skipping()); // throws what csv-parse has to say of the options
  return (upstream) => {
    requireFlow(upstream, "parseCsv");
    return defer(() =>
      upstream.pipe(
        encodeText(),
        parseWith(() => new CsvRecords<T>(options, skipping())),
      ),
    );
  };
}

/**
 * csv-parse as a function of chunks. Its Transform is never piped: Node drops what a stream holds when it fails, and the
 * records before a malformed one are good. So its two methods are called here, which answer on the spot.
 */
class CsvRecords<T> implements ChunkParser<Uint8Array, T> {
  private readonly parser: Parser;
  private readonly skip: boolean;
  private readonly refuse: (error: MalformedInputError) => void;
  private found: T[] = [];
  /** A record with two errors is left out once. */
  private lastSkipped = 0;

  constructor(options: ParseCsvOptions | undefined, refuse: (error: MalformedInputError) => void) {
    this.skip = options?.onInvalid === "skip";
    this.refuse = refuse;
    this.parser = new Parser(this.settings(options ?? {}));
  }

  push(chunk: Uint8Array): FlowInput<T> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    return this.run((answer) => this.parser._transform(bytes, "utf8", answer));
  }

  end(): FlowInput<T> {
    return this.run((answer) => this.parser._flush(answer));
  }

  private run(step: (answer: (error?: Error | null) => void) => void): FlowInput<T> {
    let failure: { readonly error: unknown } | undefined;
    step((error) => {
      if (error != null)
        failure = { error: error instanceof CsvError ? malformed(error) : asError(error, "parseCsv") };
    });
    const { found } = this;
    this.found = [];
    return failure === undefined ? found : concat([found, fail(failure.error)]);
  }

  private settings(options: ParseCsvOptions): Options {
    const { columns, comment, delimiter, maxLength = LONGEST, relaxColumnCount, trim } = options;
    return {
      bom: true,
      columns: columns === undefined || typeof columns === "boolean" ? (columns ?? false) : [...columns],
      comment: comment ?? null,
      delimiter: delimiter ?? ",",
      escape: options.escape ?? '"',
      max_record_size: maxLength,
      on_record: (row: unknown) => {
        this.found.push((row as { readonly record: T }).record); // so it comes with `raw`
        return null; // nothing is left for the stream
      },
      on_skip: (error) => {
        if (error !== undefined) this.skipped(error);
      },
      quote: options.quote ?? '"',
      raw: true, // the text of a malformed record is told
      relax_column_count: relaxColumnCount ?? false,
      skip_empty_lines: options.skipEmptyLines ?? true,
      skip_records_with_error: this.skip,
      trim: trim ?? false,
    };
  }

  /** What is thrown here is the end. */
  private skipped(error: CsvError): void {
    if (HOPELESS.has(error.code)) throw error;
    const invalid = malformed(error);
    if (invalid.line === this.lastSkipped) return;
    this.lastSkipped = invalid.line;
    this.refuse(invalid);
  }
}

/** Behind these csv-parse cannot go on: it passes over what is left of the chunk. */
const HOPELESS: ReadonlySet<string> = new Set([
  "CSV_MAX_RECORD_SIZE",
  "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE",
]);

function malformed(cause: CsvError): MalformedInputError {
  const { lines, index, raw, record, columns } = cause as CsvError & Context;
  const line = Number(lines ?? 1);
  const fields = record?.length ?? 0;
  const wanted = Array.isArray(columns)
    ? `, and ${columns.length} columns are wanted`
    : ", unlike the first record";
  const what =
    cause.code === "CSV_RECORD_INCONSISTENT_COLUMNS" || cause.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH"
      ? `it has ${fields} field${fields === 1 ? "" : "s"}${wanted}`
      : (WORDS[cause.code] ?? cause.message);
  const code = cause.code === "CSV_MAX_RECORD_SIZE" ? "RECORD_TOO_LONG" : "INVALID_CSV";
  const text = (raw ?? "").replace(/[\r\n]+$/, "");
  return new MalformedInputError(
    code,
    `Cannot parse the line ${line} as CSV: ${what}`,
    line,
    (index ?? 0) + 1,
    text,
    {
      cause,
    },
  );
}

/** What csv-parse tells of the place. */
interface Context {
  readonly lines?: number;
  readonly index?: number;
  readonly raw?: string;
  readonly record?: readonly unknown[];
  readonly columns?: unknown;
}

const WORDS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: "there is something between a closing quote and the delimiter",
  CSV_MAX_RECORD_SIZE: "the record is longer than maxLength; raise that if such records are meant to come",
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: "there is something between a closing quote and the delimiter",
  CSV_QUOTE_NOT_CLOSED: "a quote is not closed",
  INVALID_OPENING_QUOTE: "a quote opens within a field",
};

const LONGEST = 2 ** 20;
