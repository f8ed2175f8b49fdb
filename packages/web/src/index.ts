// The door of @sluice/web.

export {
  fromWebStream,
  type InboxOptions,
  toWebStream,
  toWritableStream,
  type WritableOptions,
} from "@sluice/core";
export { type BlobLike, type BodyOptions, type BodyOwner, fromBody } from "./body/from-body.js";
export { BodyTooLargeError, limitBytes } from "./body/limit-bytes.js";
export { toBody } from "./body/to-body.js";
export { type ByteReadOptions, fromByteStream } from "./stream/from-byte-stream.js";
export { type ByteStreamOptions, toByteStream } from "./stream/to-byte-stream.js";
export { type ThroughOptions, throughTransform, type TransformPair } from "./stream/through-transform.js";
export { toTransformStream } from "./stream/to-transform-stream.js";
export { type WritableFlow, writableFlow } from "./stream/writable-flow.js";
export { decodeText } from "./text/decode-text.js";
export { encodeText } from "./text/encode-text.js";
export { formatNdjson } from "./text/format-ndjson.js";
export type { LineOptions } from "./text/line-splitter.js";
export { lines } from "./text/lines.js";
export { MalformedInputError } from "./text/malformed-input-error.js";
export { type OnInvalid, skippingBy } from "./text/on-invalid.js";
export { type NdjsonOptions, parseNdjson } from "./text/parse-ndjson.js";
export { type ChunkParser, parseWith } from "./text/parse-with.js";
export type { DecodeOptions } from "./text/text-decoding.js";
