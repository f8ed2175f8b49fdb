// GOAWAY: the sender takes no new streams; those that run go on.
//
//   header  0x11, stream 0, length
//   body    last       varint   highest id of a stream opened by the receiver of this frame that is served; 0: none
//           reconnect  varint   milliseconds to wait before connecting again
//           spread     varint   milliseconds: each client adds a random part of this, so that they do not come as a herd
//           reason     length varint and at most 1,024 bytes of UTF-8
//
// A stream opened above `last` is answered by REJECT with code GOING_AWAY: it was not started.

import type { Reader } from "../byte/reader.js";
import { utf8Cut } from "../byte/utf8.js";
import type { Writer } from "../byte/writer.js";
import { REASON_BYTES } from "../limits.js";
import { beginFrame, endFrame, GOAWAY } from "./header.js";

/** One GOAWAY frame. */
export interface GoawayFrame {
  readonly kind: "goaway";
  readonly lastStreamId: number;
  readonly reconnectAfterMs: number;
  readonly spreadMs: number;
  readonly reason: string;
}

/** Appends a GOAWAY frame; the reason is cut to its limit. */
export function encodeGoaway(writer: Writer, frame: GoawayFrame): void {
  const body = beginFrame(writer, GOAWAY, 0);
  writer.varint(frame.lastStreamId);
  writer.varint(frame.reconnectAfterMs);
  writer.varint(frame.spreadMs);
  writer.text(utf8Cut(frame.reason, REASON_BYTES));
  endFrame(writer, body);
}

/** Reads the body of a GOAWAY frame. */
export function decodeGoaway(reader: Reader): GoawayFrame {
  const lastStreamId = reader.varint("GOAWAY last stream");
  const reconnectAfterMs = reader.varint("GOAWAY reconnect");
  const spreadMs = reader.varint("GOAWAY spread");
  const reason = reader.text(REASON_BYTES, "GOAWAY reason");
  return { kind: "goaway", lastStreamId, reconnectAfterMs, spreadMs, reason };
}
