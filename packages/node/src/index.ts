// The door of @sluice/node.

export type { CsvDialect } from "./csv/csv-options.js";
export { type FormatCsvOptions, formatCsv } from "./csv/format-csv.js";
export { type ParseCsvOptions, parseCsv } from "./csv/parse-csv.js";
export { type ReadBytesOptions, readBytes } from "./file/read-bytes.js";
export { type ReadLinesOptions, readLines } from "./file/read-lines.js";
export { type WriteBytesOptions, writeBytes } from "./file/write-bytes.js";
export { fromHttpBody, type HttpBodyOptions } from "./http/from-http-body.js";
export { type HttpRequestOptions, toHttpRequest } from "./http/to-http-request.js";
export { type HttpResponseOptions, toHttpResponse } from "./http/to-http-response.js";
export { ProcessError } from "./process/process-error.js";
export { type ProcessOptions, type SpawnOptions, spawnFlow, throughProcess } from "./process/spawn-flow.js";
export { fromStdin, type ToStdoutOptions, toStdout } from "./process/stdio.js";
export type { WriteOutcome } from "./stream/write-until-reader-leaves.js";
export { type FromReadableOptions, fromReadable } from "./stream/from-readable.js";
export { throughDuplex } from "./stream/through-duplex.js";
export { type ToReadableOptions, toReadable } from "./stream/to-readable.js";
export { type ToTransformOptions, toTransform } from "./stream/to-transform.js";
export { type ToWritableOptions, toWritable } from "./stream/to-writable.js";
export { type WritableFlow, type WritableFlowOptions, writableFlow } from "./stream/writable-flow.js";
