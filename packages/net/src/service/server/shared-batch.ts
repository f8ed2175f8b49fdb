// Items encoded for everybody at once, and cut in two where somebody has credit for a part of them only.

import type { Codec } from "../../payload/codec.js";
import type { SharedItems } from "../../protocol/frame/shared-items.js";
import { takeBack } from "../../transport/given-away.js";

/** Encodes items in one piece of memory that holds nothing else. Throws a PayloadError. */
export function encodeShared(codec: Codec, items: readonly unknown[]): SharedItems {
  const count = items.length;
  if (codec.kind === "batch") return { count, bytes: alone(codec.encode(items)), lengths: undefined };
  const encoded = items.map((item) => codec.encode(item));
  const [first] = encoded;
  const lengths = encoded.map(({ length }) => length);
  if (first !== undefined && count === 1) return { count, bytes: alone(first), lengths };
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const item of encoded) {
    bytes.set(item, at);
    at += item.length;
  }
  return { count, bytes, lengths };
}

/** The first `count` of them, and the rest. A batch is encoded again for it, items are not. */
export function splitShared(codec: Codec, items: SharedItems, count: number): [SharedItems, SharedItems] {
  const { bytes, lengths } = items;
  if (codec.kind === "batch" || lengths === undefined) {
    const decoded = codec.kind === "batch" ? codec.decode(bytes, items.count) : [];
    return [encodeShared(codec, decoded.slice(0, count)), encodeShared(codec, decoded.slice(count))];
  }
  const first = lengths.slice(0, count);
  const at = first.reduce((sum, length) => sum + length, 0);
  return [
    { count, bytes: bytes.slice(0, at), lengths: first },
    { count: items.count - count, bytes: bytes.slice(at), lengths: lengths.slice(count) },
  ];
}

/** Copies what would keep more than twice its bytes alive: an encoder's memory, a pool's, the file it was cut from. */
function alone(bytes: Uint8Array): Uint8Array {
  if (2 * bytes.length < bytes.buffer.byteLength) return bytes.slice();
  // It goes to many: no port may move it to the first of them.
  takeBack(bytes);
  return bytes;
}
