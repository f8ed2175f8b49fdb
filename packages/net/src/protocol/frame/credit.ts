// CREDIT: how far the peer may go, for several streams at once.
//
//   header  0x04, stream 0, length
//   body    one entry or more, until the body ends:
//             stream    varint   > 0
//             items     varint   limit of item positions; 2^53-1 is unbounded
//             bytes     varint   limit of byte positions; never unbounded
//           or
//             0         varint
//             streams   varint   limit of streams ever opened by the receiver of this frame
//
// Every limit is a total since the stream, or the connection, began: "up to number N", never "N more". So an
// entry that comes twice does no harm, and one that raises nothing is ignored (RFC 9000 §4.1 does the same).
// Limits: an entry takes at least 2 bytes, so the message size bounds their number; no stream need occur once.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { malformed } from "../protocol-error.js";
import { beginFrame, CREDIT, endFrame } from "./header.js";

/** New limits of one stream's direction towards the sender of the frame. */
export interface StreamCredit {
  readonly streamId: number;
  readonly items: number;
  readonly bytes: number;
}

/** One CREDIT frame; `streams` is the highest entry for stream 0, undefined when there is none. */
export interface CreditFrame {
  readonly kind: "credit";
  readonly streams: number | undefined;
  readonly entries: readonly StreamCredit[];
}

/** Appends a CREDIT frame; it must raise something, so it has at least one entry. */
export function encodeCredit(writer: Writer, frame: CreditFrame): void {
  const body = beginFrame(writer, CREDIT, 0);
  if (frame.streams !== undefined) {
    writer.varint(0);
    writer.varint(frame.streams);
  }
  for (const entry of frame.entries) {
    writer.varint(entry.streamId);
    writer.varint(entry.items);
    writer.varint(entry.bytes);
  }
  endFrame(writer, body);
}

/** Reads the body of a CREDIT frame up to the reader's end. */
export function decodeCredit(reader: Reader): CreditFrame {
  if (reader.left === 0) throw malformed("Cannot read CREDIT: it has no entry", "§5.4");
  const entries: StreamCredit[] = [];
  let streams: number | undefined;
  while (reader.left > 0) {
    const streamId = reader.varint("CREDIT stream");
    if (streamId === 0) {
      // Whatever the order in which they stand: a limit never goes down (protocol.md §4.1).
      streams = Math.max(streams ?? 0, reader.varint("CREDIT streams"));
    } else {
      const items = reader.varint("CREDIT items");
      entries.push({ streamId, items, bytes: reader.varint("CREDIT bytes") });
    }
  }
  return { kind: "credit", streams, entries };
}
