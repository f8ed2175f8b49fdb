// OPEN: begins a stream.
//
//   header  0x02, stream, length         flag A (0x20): a deadline follows
//   body    interaction  varint   1 call, 2 stream; 3 channel and 4 push are kept for later
//           items        varint   initial item credit for the answer; 2^53-1 is unbounded
//           bytes        varint   initial byte credit for the answer
//           deadline     varint   only with flag A: milliseconds left when the frame was written
//           codec        varint   index into the codecs of the sender's HELLO; both directions use it
//           method       length varint and at most 256 bytes of UTF-8, at least 1
//           metadata     the rest; at most the receiver's metadataBytes
//
// The credit for the answer travels here, so that the first items need no extra round trip. Credit for the
// input is not stated: it is 1 item and the receiver's shareBytes (protocol.md §4.2).

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { METHOD_BYTES } from "../limits.js";
import { malformed } from "../protocol-error.js";
import { beginFrame, endFrame, FLAG_A, type Header, OPEN } from "./header.js";

/** How items go over a stream: call = one in, one out; stream = one in, many out. */
export type Interaction = "call" | "stream";

/** One OPEN frame. */
export interface OpenFrame {
  readonly kind: "open";
  readonly streamId: number;
  readonly interaction: Interaction;
  readonly items: number;
  readonly bytes: number;
  readonly deadlineMs: number | undefined;
  readonly codec: number;
  readonly method: string;
  readonly metadata: Uint8Array;
}

/** Appends an OPEN frame. */
export function encodeOpen(writer: Writer, frame: OpenFrame): void {
  const body = beginFrame(writer, OPEN | (frame.deadlineMs === undefined ? 0 : FLAG_A), frame.streamId);
  writer.varint(frame.interaction === "call" ? CALL : STREAM);
  writer.varint(frame.items);
  writer.varint(frame.bytes);
  if (frame.deadlineMs !== undefined) writer.varint(frame.deadlineMs);
  writer.varint(frame.codec);
  writer.text(frame.method);
  writer.bytes(frame.metadata);
  endFrame(writer, body);
}

/** Reads the body of an OPEN frame. */
export function decodeOpen(reader: Reader, header: Header): OpenFrame {
  const number = reader.varint("OPEN interaction");
  if (number !== CALL && number !== STREAM) {
    throw malformed(`Cannot open interaction ${number}: 1 (call) and 2 (stream) are known`, "§5.2");
  }
  const items = reader.varint("OPEN items");
  const bytes = reader.varint("OPEN bytes");
  const deadlineMs = (header.flags & FLAG_A) !== 0 ? reader.varint("OPEN deadline") : undefined;
  const codec = reader.varint("OPEN codec");
  const method = reader.text(METHOD_BYTES, "OPEN method");
  if (method === "") throw malformed("Cannot open a stream: its method is empty", "§5.2");
  return {
    kind: "open",
    streamId: header.streamId,
    interaction: number === CALL ? "call" : "stream",
    items,
    bytes,
    deadlineMs,
    codec,
    method,
    metadata: reader.rest(),
  };
}

const CALL = 1;
const STREAM = 2;
