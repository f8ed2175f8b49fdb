// ITEMS: some items of one stream, in one of two bodies.
//
//   header  0x03, stream, length         flag A (0x20): body `batch`    flag B (0x40): a part, see part.ts
//   body `items`   count   varint  >= 1
//                  lengths count x varint
//                  bodies  one behind the other, exactly as long as the lengths say
//   body `batch`   count   varint  >= 1
//                  payload the rest: all items as the codec encoded them together
//
// Charged to the stream's credit: count items, and (bytes after count) + count x itemOverhead bytes. What
// comes after count is opaque here: credit is checked before the lengths are looked at (protocol.md §4.3).
// Limits: an item at most the receiver's itemBytes; a batch of one item too; a frame what credit covers.

import type { Reader } from "../byte/reader.js";
import { copiedLength, joined, type Message } from "../byte/message.js";
import { varintLength } from "../byte/varint.js";
import type { Writer } from "../byte/writer.js";
import { malformed, violation } from "../protocol-error.js";
import { FLAG_A, type Header, ITEMS } from "./header.js";

/** One ITEMS frame; `payload` is everything after the count, in parts where the message came so. */
export interface ItemsFrame {
  readonly kind: "items";
  readonly streamId: number;
  readonly body: "items" | "batch";
  readonly count: number;
  readonly payload: Message;
}

/** Appends an ITEMS frame of body `batch`. The payload is copied into the message at most once (writer.ts). */
export function encodeBatch(writer: Writer, streamId: number, count: number, payload: Uint8Array): void {
  beginItems(writer, ITEMS | FLAG_A, streamId, count, payload.length, copiedLength(payload));
  writer.payload(payload);
}

/** Appends an ITEMS frame of body `items`; `bytes` is what `itemsLength` says of them. */
export function encodeItems(
  writer: Writer,
  streamId: number,
  items: readonly Uint8Array[],
  bytes: number,
): void {
  let copied = bytes;
  for (const item of items) copied += copiedLength(item) - item.length;
  beginItems(writer, ITEMS, streamId, items.length, bytes, copied);
  for (const item of items) writer.varint(item.length);
  for (const item of items) writer.payload(item);
}

/** Appends an ITEMS frame as it is, whichever body it has: for scripts and vectors. */
export function encodeRawItems(writer: Writer, frame: ItemsFrame): void {
  const type = frame.body === "batch" ? ITEMS | FLAG_A : ITEMS;
  const payload = joined(frame.payload);
  beginItems(writer, type, frame.streamId, frame.count, payload.length, payload.length);
  writer.bytes(payload);
}

/** Bytes that the lengths and bodies of these items take. */
export function itemsLength(items: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const item of items) bytes += varintLength(item.length) + item.length;
  return bytes;
}

/** Reads the body of an ITEMS frame, of which only the count is looked at. */
export function decodeItems(reader: Reader, header: Header): ItemsFrame {
  const count = reader.varint("ITEMS count");
  if (count === 0) {
    throw malformed("Cannot read ITEMS: a frame without items is not allowed", "§5.3");
  }
  const body = (header.flags & FLAG_A) !== 0 ? "batch" : "items";
  return { kind: "items", streamId: header.streamId, body, count, payload: reader.restParts() };
}

/** The items of a body `items` as views, each checked against `itemBytes`. Call it after the credit check. */
export function splitItems(reader: Reader, count: number, itemBytes: number): Uint8Array[] {
  if (count > reader.left) {
    throw malformed(`Cannot read ITEMS: ${count} lengths do not fit ${reader.left} bytes`, "§5.3");
  }
  const lengths: number[] = [];
  for (let i = 0; i < count; i++) {
    const length = reader.varint("ITEMS length");
    checkItemSize(length, itemBytes);
    lengths.push(length);
  }
  const items: Uint8Array[] = [];
  for (const length of lengths) items.push(reader.view(length, "ITEMS item"));
  if (reader.left > 0) {
    throw malformed(`Cannot read ITEMS: ${reader.left} bytes follow the last item`, "§5.3");
  }
  return items;
}

/** Refuses an item larger than what HELLO announced. */
export function checkItemSize(length: number, itemBytes: number): void {
  if (length > itemBytes) {
    throw violation(
      "BYTE_CREDIT_EXCEEDED",
      `Cannot take an item of ${length} bytes: itemBytes is ${itemBytes}; the sender must fail such a stream`,
      "§4.5",
    );
  }
}

/** Header and count of an ITEMS frame. `copied`: how many of its `bytes` go into the memory of the writer. */
export function beginItems(
  writer: Writer,
  type: number,
  streamId: number,
  count: number,
  bytes: number,
  copied: number,
): void {
  // The length is known, so nothing is moved afterwards; one reservation for the whole frame.
  const length = varintLength(count) + bytes;
  writer.reserve(1 + varintLength(streamId) + varintLength(length) + varintLength(count) + copied);
  writer.byte(type);
  writer.varint(streamId);
  writer.varint(length);
  writer.varint(count);
}
