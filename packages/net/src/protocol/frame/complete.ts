// COMPLETE: the sender's direction of a stream ended well.
//
//   header  0x07, stream, length
//   body    items  varint   final item position: how many items were ever sent in this direction
//           bytes  varint   final byte position: what they were charged
//
// The receiver compares both with what arrived: this is what keeps credit from leaking (RFC 9000 §4.5).

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { beginFrame, COMPLETE, endFrame, type Header } from "./header.js";

/** One COMPLETE frame. */
export interface CompleteFrame {
  readonly kind: "complete";
  readonly streamId: number;
  readonly items: number;
  readonly bytes: number;
}

/** Appends a COMPLETE frame. */
export function encodeComplete(writer: Writer, frame: CompleteFrame): void {
  const body = beginFrame(writer, COMPLETE, frame.streamId);
  writer.varint(frame.items);
  writer.varint(frame.bytes);
  endFrame(writer, body);
}

/** Reads the body of a COMPLETE frame. */
export function decodeComplete(reader: Reader, header: Header): CompleteFrame {
  const items = reader.varint("COMPLETE items");
  return { kind: "complete", streamId: header.streamId, items, bytes: reader.varint("COMPLETE bytes") };
}
