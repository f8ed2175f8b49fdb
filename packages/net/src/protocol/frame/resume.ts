// RESUME: goes on with a session on a new connection. The client asks with it, the server agrees with it.
//
//   header  0x0f, stream 0, length
//   body    token     length varint and 16 to 64 bytes; the server's is the next token
//           epoch     varint   the client's: of the session so far; the server's: one more
//           received  varint   retransmittable frames received so far, as in ACK
//
// It is the last frame of its message: what comes after it belongs to the session that goes on.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { LARGEST_TOKEN, SMALLEST_TOKEN } from "../limits.js";
import { malformed } from "../protocol-error.js";
import { beginFrame, endFrame, RESUME } from "./header.js";

/** One RESUME frame. */
export interface ResumeFrame {
  readonly kind: "resume";
  readonly token: Uint8Array;
  readonly epoch: number;
  readonly received: number;
}

/** Appends a RESUME frame. */
export function encodeResume(writer: Writer, frame: ResumeFrame): void {
  const body = beginFrame(writer, RESUME, 0);
  writer.blob(frame.token);
  writer.varint(frame.epoch);
  writer.varint(frame.received);
  endFrame(writer, body);
}

/** Reads the body of a RESUME frame. */
export function decodeResume(reader: Reader): ResumeFrame {
  const token = readToken(reader, "RESUME token", "§5.15");
  const epoch = reader.varint("RESUME epoch");
  return { kind: "resume", token, epoch, received: reader.varint("RESUME received") };
}

/** Reads a token, copied so that nobody keeps the message for it; `least` is 0 where it may be absent. */
export function readToken(
  reader: Reader,
  what: string,
  rule: string,
  least: number = SMALLEST_TOKEN,
): Uint8Array {
  const token = reader.blob(LARGEST_TOKEN, what, rule).slice();
  if (token.length < SMALLEST_TOKEN && token.length !== least) {
    throw malformed(`Cannot read ${what} of ${token.length} bytes: it has at least ${SMALLEST_TOKEN}`, rule);
  }
  return token;
}
