// CANCEL: the sender wants no more of what the receiver sends on a stream.
//
//   header  0x09, stream, length 0
//   body    none
//
// It is answered at once by ERROR with code CANCELLED and the final positions, or by the COMPLETE or ERROR
// that crossed it (protocol.md §3.4).

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { beginFrame, CANCEL, endFrame, type Header } from "./header.js";

/** One CANCEL frame. */
export interface CancelFrame {
  readonly kind: "cancel";
  readonly streamId: number;
}

/** Appends a CANCEL frame. */
export function encodeCancel(writer: Writer, frame: CancelFrame): void {
  endFrame(writer, beginFrame(writer, CANCEL, frame.streamId));
}

/** Reads a CANCEL frame, which has no body. */
export function decodeCancel(_reader: Reader, header: Header): CancelFrame {
  return { kind: "cancel", streamId: header.streamId };
}
