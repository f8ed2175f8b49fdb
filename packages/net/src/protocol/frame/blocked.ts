// BLOCKED: the sender has something to send and no credit for it. Informative: nobody may wait for it.
//
//   header  0x0b, stream, length         stream 0: no further stream may be opened
//   body    limit  varint   1 items, 2 bytes (both on a stream), 3 streams (on stream 0)
//           value  varint   the limit at which the sender stands
//
// Sent at most once for each value of a limit. Who has granted more meanwhile states its CREDIT again.
// Kept for later, with lending: the bytes that the next item needs, as a third field.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { malformed } from "../protocol-error.js";
import { BLOCKED, beginFrame, endFrame, type Header } from "./header.js";

/** Which of the three limits. */
export type LimitName = "items" | "bytes" | "streams";

/** One BLOCKED frame. */
export interface BlockedFrame {
  readonly kind: "blocked";
  readonly streamId: number;
  readonly limit: LimitName;
  readonly value: number;
}

/** Appends a BLOCKED frame. */
export function encodeBlocked(writer: Writer, frame: BlockedFrame): void {
  const body = beginFrame(writer, BLOCKED, frame.streamId);
  writer.varint(LIMITS.indexOf(frame.limit) + 1);
  writer.varint(frame.value);
  endFrame(writer, body);
}

/** Reads the body of a BLOCKED frame. */
export function decodeBlocked(reader: Reader, header: Header): BlockedFrame {
  const number = reader.varint("BLOCKED limit");
  const limit = LIMITS[number - 1];
  if (limit === undefined || (limit === "streams") !== (header.streamId === 0)) {
    throw malformed(
      `Cannot read BLOCKED: limit ${number} does not exist on stream ${header.streamId}`,
      "§5.9",
    );
  }
  return { kind: "blocked", streamId: header.streamId, limit, value: reader.varint("BLOCKED value") };
}

const LIMITS: readonly LimitName[] = ["items", "bytes", "streams"];
