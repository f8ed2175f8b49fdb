// Items that were encoded once and go to many: what ITEMS frames to all of them have in common. Stream id, count and
// lengths stand in front, in each message its own; large bytes are the same memory in all of them (byte/message.ts). Small
// ones are copied, as ever: one more piece for the socket to write cost 1.4 times the CPU of the server in N10.

import { copiedLength } from "../byte/message.js";
import { varintLength } from "../byte/varint.js";
import type { Writer } from "../byte/writer.js";
import { beginItems } from "./items.js";
import { FLAG_A, ITEMS } from "./header.js";

/** Encoded items that nobody changes any more. */
export interface SharedItems {
  readonly count: number;
  /** Of a batch, its encoded body; otherwise the items, one behind the other. */
  readonly bytes: Uint8Array;
  /** Of each item; undefined: a batch. */
  readonly lengths: readonly number[] | undefined;
}

/** Bytes of the frame behind the count. */
export function sharedLength({ bytes, lengths }: SharedItems): number {
  let length = bytes.length;
  if (lengths !== undefined) for (const each of lengths) length += varintLength(each);
  return length;
}

/** Appends an ITEMS frame; `length` is what `sharedLength` says. */
export function encodeShared(writer: Writer, streamId: number, items: SharedItems, length: number): void {
  const { count, bytes, lengths } = items;
  const type = lengths === undefined ? ITEMS | FLAG_A : ITEMS;
  const copied = length - bytes.length + copiedLength(bytes);
  beginItems(writer, type, streamId, count, length, copied);
  if (lengths !== undefined) for (const each of lengths) writer.varint(each);
  writer.payload(bytes);
}
