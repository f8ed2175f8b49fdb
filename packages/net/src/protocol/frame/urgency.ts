// URGENCY: changes the rank of a stream, for both sides; either of them may send it.
//
//   header  0x12, stream, length
//   body    rank  varint   as in OPEN (rank.ts)
//
// The last one counts. It costs its receiver O(1), and its rate is bounded (CVE-2019-9513, protocol.md §7.4).

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { beginFrame, endFrame, type Header, URGENCY } from "./header.js";
import type { Criticality } from "@sluice/core";
import { rankOf, readRank } from "./rank.js";

/** One URGENCY frame. */
export interface UrgencyFrame {
  readonly kind: "urgency";
  readonly streamId: number;
  readonly urgency: number;
  readonly criticality: Criticality;
}

/** Appends an URGENCY frame. */
export function encodeUrgency(writer: Writer, frame: UrgencyFrame): void {
  const body = beginFrame(writer, URGENCY, frame.streamId);
  writer.varint(rankOf(frame.urgency, frame.criticality));
  endFrame(writer, body);
}

/** Reads the body of an URGENCY frame. */
export function decodeUrgency(reader: Reader, header: Header): UrgencyFrame {
  return { kind: "urgency", streamId: header.streamId, ...readRank(reader, "URGENCY rank", "§5.17") };
}
