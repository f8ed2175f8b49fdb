// REJECT: a stream is not let in. The answer to OPEN in place of items and an end.
//
//   header  0x0a, stream, length         flag A (0x20): not started    flag B (0x40): do not retry
//   body    failure, as in ERROR
//
// It ends the stream in both directions; the final positions of the rejecting side are 0 and 0.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import type { StreamFailure } from "../protocol-error.js";
import { decodeFailure, encodeFailure, failureFlags } from "./error.js";
import { beginFrame, endFrame, type Header, REJECT } from "./header.js";

/** One REJECT frame. */
export interface RejectFrame {
  readonly kind: "reject";
  readonly streamId: number;
  readonly failure: StreamFailure;
}

/** Appends a REJECT frame; name and message are cut to their limits. */
export function encodeReject(writer: Writer, frame: RejectFrame): void {
  const body = beginFrame(writer, REJECT | failureFlags(frame.failure), frame.streamId);
  encodeFailure(writer, frame.failure);
  endFrame(writer, body);
}

/** Reads the body of a REJECT frame. */
export function decodeReject(reader: Reader, header: Header): RejectFrame {
  return { kind: "reject", streamId: header.streamId, failure: decodeFailure(reader, header) };
}
