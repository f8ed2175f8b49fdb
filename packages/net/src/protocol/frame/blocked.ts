// BLOCKED: the sender has something to send and no credit for it. Informative but for `needed`: that is how a
// sender asks to be lent the bytes of an item that its share does not cover.
//
//   header  0x0b, stream, length         stream 0: no further stream may be opened
//   body    limit    varint   1 items, 2 bytes (both on a stream), 3 streams (on stream 0)
//           value    varint   the limit at which the sender stands
//           backlog  varint   items that wait, 0: not said
//           needed   varint   byte limit that would let the next item go, 0: none stated; only with limit 2
//
// Sent once for each value of a limit, then again with back-off, as TCP probes a zero window (RFC 9293). Who
// has granted more meanwhile states its CREDIT again.

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
  /** Items that wait; 0 is not said. */
  readonly backlog: number;
  /** Byte limit that would let the next item go; 0 where no need is stated. */
  readonly needed: number;
}

/** Appends a BLOCKED frame. */
export function encodeBlocked(writer: Writer, frame: BlockedFrame): void {
  const body = beginFrame(writer, BLOCKED, frame.streamId);
  writer.varint(LIMITS.indexOf(frame.limit) + 1);
  writer.varint(frame.value);
  writer.varint(frame.backlog);
  writer.varint(frame.needed);
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
  const value = reader.varint("BLOCKED value");
  const backlog = reader.varint("BLOCKED backlog");
  const needed = reader.varint("BLOCKED needed");
  if (needed > 0 && (limit !== "bytes" || needed <= value)) {
    throw malformed(
      `Cannot read BLOCKED: a need of ${needed} at the limit ${value} of ${limit}; only bytes above the limit are needed`,
      "§5.9",
    );
  }
  return { kind: "blocked", streamId: header.streamId, limit, value, backlog, needed };
}

const LIMITS: readonly LimitName[] = ["items", "bytes", "streams"];
