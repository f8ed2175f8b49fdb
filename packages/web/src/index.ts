// The door of @sluice/web.

export {
  fromWebStream,
  type InboxOptions,
  toWebStream,
  toWritableStream,
  type WritableOptions,
} from "@sluice/core";
export { type ByteReadOptions, fromByteStream } from "./stream/from-byte-stream.js";
export { type ByteStreamOptions, toByteStream } from "./stream/to-byte-stream.js";
