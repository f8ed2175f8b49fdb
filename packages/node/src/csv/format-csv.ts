import type { Operator } from "@sluice/core";
import { checkOptions } from "@sluice/core/kit";
import { type Options, stringify } from "csv-stringify";
import { throughDuplex } from "../stream/through-duplex.js";
import type { CsvDialect } from "./csv-options.js";

/** How CSV is written. */
export interface FormatCsvOptions extends CsvDialect {
  /** The fields of records that are objects, in their order; default: those of the first record. */
  readonly columns?: readonly string[] | undefined;
  /** `true`: the first record names the fields; default `false`. */
  readonly header?: boolean | undefined;
  /** `true`: fields that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`) are made text; default `false`. */
  readonly escapeFormulas?: boolean | undefined;
  /** Behind each record; default `"\n"`. */
  readonly recordDelimiter?: string | undefined;
}

/**
 * Formats records, arrays or objects, as CSV, by csv-stringify; what comes out are chunks of bytes, to be written.
 *
 * *Demand:* of upstream what csv-stringify has room for, 16 records; downstream's is in chunks. *Buffers:* those, and 64
 * KiB of text. *Errors:* passed on; one of csv-stringify cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { formatCsv } from "@sluice/node";
 * const rows = of({ id: 1, name: "Ann" }, { id: 2, name: 'Bob "B"' });
 * const chunks = await rows.pipe(formatCsv({ header: true })).toArray();
 * console.log(Buffer.concat(chunks).toString().trim());
 * // prints id,name
 * // prints 1,Ann
 * // prints 2,"Bob ""B"""
 * ```
 */
export function formatCsv(options?: FormatCsvOptions): Operator<unknown, Uint8Array> {
  checkOptions("formatCsv", options);
  const { columns, delimiter = ",", quote = '"', header = false } = options ?? {};
  const settings: Options = {
    delimiter,
    escape: options?.escape ?? '"',
    escape_formulas: options?.escapeFormulas ?? false,
    header,
    quote,
    record_delimiter: options?.recordDelimiter ?? "\n",
    ...(columns && { columns: [...columns] }),
  };
  stringify(settings).destroy(); // throws what csv-stringify has to say of the options
  return throughDuplex(() => stringify(settings));
}
