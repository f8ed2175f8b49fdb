// The door of @sluice/node.

export type { CsvDialect } from "./csv/csv-options.js";
export { type FormatCsvOptions, formatCsv } from "./csv/format-csv.js";
export { type ParseCsvOptions, parseCsv } from "./csv/parse-csv.js";
export { type ReadBytesOptions, readBytes } from "./file/read-bytes.js";
export { type ReadLinesOptions, readLines } from "./file/read-lines.js";
export { type WriteBytesOptions, writeBytes } from "./file/write-bytes.js";
export { type FromReadableOptions, fromReadable } from "./stream/from-readable.js";
export { throughDuplex } from "./stream/through-duplex.js";
export { type ToWritableOptions, toWritable } from "./stream/to-writable.js";
