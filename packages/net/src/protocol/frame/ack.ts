// ACK: how much has arrived of what would be sent again after a resume.
//
//   header  0x0e, stream 0, length
//   body    received  varint   retransmittable frames received in this session, as a total
//
// Frames are counted on both sides and carry no number (protocol.md §10.1). What is acknowledged leaves the
// sender's replay buffer. One that raises nothing is ignored; one beyond what was sent is an error.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { ACK, beginFrame, endFrame } from "./header.js";

/** One ACK frame. */
export interface AckFrame {
  readonly kind: "ack";
  readonly received: number;
}

/** Appends an ACK frame. */
export function encodeAck(writer: Writer, frame: AckFrame): void {
  const body = beginFrame(writer, ACK, 0);
  writer.varint(frame.received);
  endFrame(writer, body);
}

/** Reads the body of an ACK frame. */
export function decodeAck(reader: Reader): AckFrame {
  return { kind: "ack", received: reader.varint("ACK received") };
}
