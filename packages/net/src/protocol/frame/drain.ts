// DRAIN takes byte credit of a stream back; DRAINED says that it is given back.
//
//   header  0x05 DRAIN or 0x06 DRAINED, stream, length
//   body    bytes  varint   DRAIN: the byte limit that its sender has granted so far
//                           DRAINED: byte position of its sender from here on, equal to the limit of the DRAIN
//
// The answer skips positions: bytes between what was sent and the limit will never come. So limits stay
// monotonic and yet memory comes back (AMQP 1.0 has drain for the same reason). Items never skip.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { beginFrame, DRAIN, DRAINED, endFrame, type Header } from "./header.js";

/** One DRAIN frame. */
export interface DrainFrame {
  readonly kind: "drain";
  readonly streamId: number;
  readonly bytes: number;
}

/** One DRAINED frame. */
export interface DrainedFrame {
  readonly kind: "drained";
  readonly streamId: number;
  readonly bytes: number;
}

/** Appends a DRAIN or DRAINED frame. */
export function encodeDrain(writer: Writer, frame: DrainFrame | DrainedFrame): void {
  const body = beginFrame(writer, frame.kind === "drain" ? DRAIN : DRAINED, frame.streamId);
  writer.varint(frame.bytes);
  endFrame(writer, body);
}

/** Reads the body of a DRAIN frame. */
export function decodeDrain(reader: Reader, header: Header): DrainFrame {
  return { kind: "drain", streamId: header.streamId, bytes: reader.varint("DRAIN bytes") };
}

/** Reads the body of a DRAINED frame. */
export function decodeDrained(reader: Reader, header: Header): DrainedFrame {
  return { kind: "drained", streamId: header.streamId, bytes: reader.varint("DRAINED bytes") };
}
