// What counts as bytes at the borders of byte streams.

import { describe } from "@sluice/core/kit";

/**
 * The bytes of a chunk, without copying them: a Uint8Array as it is, any other view and an ArrayBuffer under one.
 * Throws the `TypeError` of a `place` that was given something else.
 */
export function bytesOf(chunk: unknown, place: string): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  // A text may be long, and secret: its type says enough.
  const what = typeof chunk === "string" ? "a string" : describe(chunk);
  const next = typeof chunk === "string" ? "encodeText()" : "map()";
  throw new TypeError(
    `Cannot take ${what} in ${place}: it takes chunks of bytes; make them by ${next} before it`,
  );
}
