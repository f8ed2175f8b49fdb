// The door of @sluice/node.

export { type FromReadableOptions, fromReadable } from "./stream/from-readable.js";
export { throughDuplex } from "./stream/through-duplex.js";
export { type ToWritableOptions, toWritable } from "./stream/to-writable.js";
