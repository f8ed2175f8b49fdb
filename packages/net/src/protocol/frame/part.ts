// A part of one item: an ITEMS frame with flag B, for an item that is too large for one message.
//
//   header  0x03, stream, length         flag B (0x40); flag A (0x20): the item is an encoded batch of 1
//   body    total   varint   length of the whole item
//           offset  varint   where in it these bytes begin
//           bytes   the rest, within total; at least 1,024, the last ones of the item at least 1
//
// The first part (offset 0) is charged 1 item and total + itemOverhead bytes, the others nothing: credit is
// reserved whole before the first byte, so that half items never wait for each other (protocol.md §4.11).

import type { Reader } from "../byte/reader.js";
import { copiedLength } from "../byte/message.js";
import { varintLength } from "../byte/varint.js";
import type { Writer } from "../byte/writer.js";
import { SMALLEST_PART } from "../limits.js";
import { malformed } from "../protocol-error.js";
import { FLAG_A, FLAG_B, type Header, ITEMS } from "./header.js";

/** One part. */
export interface PartFrame {
  readonly kind: "part";
  readonly streamId: number;
  readonly body: "items" | "batch";
  readonly total: number;
  readonly offset: number;
  readonly payload: Uint8Array;
}

/** Appends a part; its payload is copied into the message at most once (writer.ts). */
export function encodePart(
  writer: Writer,
  streamId: number,
  body: "items" | "batch",
  total: number,
  offset: number,
  payload: Uint8Array,
): void {
  const length = varintLength(total) + varintLength(offset) + payload.length;
  const head = 1 + varintLength(streamId) + varintLength(length) + varintLength(total) + varintLength(offset);
  writer.reserve(head + copiedLength(payload));
  writer.byte(ITEMS | FLAG_B | (body === "batch" ? FLAG_A : 0));
  writer.varint(streamId);
  writer.varint(length);
  writer.varint(total);
  writer.varint(offset);
  writer.payload(payload);
}

/** Reads the body of an ITEMS frame with flag B. */
export function decodePart(reader: Reader, header: Header): PartFrame {
  const total = reader.varint("ITEMS total");
  const offset = reader.varint("ITEMS offset");
  const payload = reader.rest();
  if (payload.length === 0) throw malformed("Cannot read a part of an item: it has no bytes", "§5.3");
  if (offset > total - payload.length) {
    throw malformed(
      `Cannot read a part of an item: ${payload.length} bytes from ${offset} on exceed its total of ${total}`,
      "§5.3",
    );
  }
  if (payload.length < SMALLEST_PART && offset + payload.length < total) {
    throw malformed(
      `Cannot read a part of ${payload.length} bytes: but for the last of its item it has at least ${SMALLEST_PART}`,
      "§5.3",
    );
  }
  const body = (header.flags & FLAG_A) !== 0 ? "batch" : "items";
  return { kind: "part", streamId: header.streamId, body, total, offset, payload };
}
