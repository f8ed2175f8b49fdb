// OPEN: begins a stream.
//
//   header  0x02, stream, length         flag A (0x20): a deadline follows    flag B (0x40): pipelined
//   body    interaction  varint   1 call, 2 stream, 3 channel, 4 push
//           rank         varint   urgency and criticality (rank.ts)
//           items        varint   initial item credit for the answer; 2^53-1 is unbounded; 0 for a push
//           bytes        varint   initial byte credit for the answer
//           deadline     varint   only with flag A: milliseconds left when the frame was written
//           codec        varint   index into the codecs of the sender's HELLO; both directions use it
//           method       length varint and at most 256 bytes of UTF-8, at least 1
//           metadata     the rest; at most the receiver's metadataBytes
//
// The credit for the answer travels here, so that the first items need no extra round trip. Credit for the
// input is not stated: it is 1 item (a channel: none) and the receiver's shareBytes (protocol.md §4.2).

// Flag B: the client has not heard the server's HELLO, so it knows no size of the server. Its input is charged
// a fixed overhead for its whole life (protocol.md §2.5).

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { METHOD_BYTES } from "../limits.js";
import { malformed } from "../protocol-error.js";
import { beginFrame, endFrame, FLAG_A, FLAG_B, type Header, OPEN } from "./header.js";
import type { Criticality } from "@sluice/core";
import { rankOf, readRank } from "./rank.js";

/** How items go over a stream: call = one in, one out; stream = one in, many out; channel = many both ways; push = one in, nothing out. */
export type Interaction = "call" | "stream" | "channel" | "push";

/** One OPEN frame. */
export interface OpenFrame {
  readonly kind: "open";
  readonly streamId: number;
  /** Written before the server's HELLO had come. */
  readonly pipelined: boolean;
  readonly interaction: Interaction;
  /** 0, first, to 7, last. */
  readonly urgency: number;
  readonly criticality: Criticality;
  readonly items: number;
  readonly bytes: number;
  readonly deadlineMs: number | undefined;
  readonly codec: number;
  readonly method: string;
  readonly metadata: Uint8Array;
}

/** Appends an OPEN frame. */
export function encodeOpen(writer: Writer, frame: OpenFrame): void {
  const flags = (frame.deadlineMs === undefined ? 0 : FLAG_A) | (frame.pipelined ? FLAG_B : 0);
  const body = beginFrame(writer, OPEN | flags, frame.streamId);
  writer.varint(INTERACTIONS.indexOf(frame.interaction) + 1);
  writer.varint(rankOf(frame.urgency, frame.criticality));
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
  const interaction = INTERACTIONS[number - 1];
  if (interaction === undefined) {
    throw malformed(
      `Cannot open interaction ${number}: 1 (call), 2 (stream), 3 (channel) and 4 (push) are known`,
      "§5.2",
    );
  }
  const { urgency, criticality } = readRank(reader, "OPEN rank", "§5.2");
  const items = reader.varint("OPEN items");
  if (interaction === "push" && items > 0) {
    throw malformed(`Cannot open a push with credit for ${items} items: nothing comes back`, "§5.2");
  }
  const bytes = reader.varint("OPEN bytes");
  const deadlineMs = (header.flags & FLAG_A) !== 0 ? reader.varint("OPEN deadline") : undefined;
  const codec = reader.varint("OPEN codec");
  const method = reader.text(METHOD_BYTES, "OPEN method");
  if (method === "") throw malformed("Cannot open a stream: its method is empty", "§5.2");
  return {
    kind: "open",
    streamId: header.streamId,
    pipelined: (header.flags & FLAG_B) !== 0,
    interaction,
    urgency,
    criticality,
    items,
    bytes,
    deadlineMs,
    codec,
    method,
    metadata: reader.rest(),
  };
}

const INTERACTIONS: readonly Interaction[] = ["call", "stream", "channel", "push"];
