// PING and PONG: is the peer alive, and how far away is it.
//
//   header  0x0c PING or 0x0d PONG, stream 0, length 8
//   body    8 opaque bytes; PONG returns those of the PING
//
// At most one PING is unanswered in each direction (CVE-2019-9512), so PONGs need no queue.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { malformed } from "../protocol-error.js";
import { beginFrame, endFrame, type Header, PING, PONG } from "./header.js";

/** One PING frame. */
export interface PingFrame {
  readonly kind: "ping";
  readonly opaque: Uint8Array;
}

/** One PONG frame. */
export interface PongFrame {
  readonly kind: "pong";
  readonly opaque: Uint8Array;
}

/** Bytes of the body. */
export const PING_BYTES = 8;

/** Appends a PING or PONG frame. */
export function encodePing(writer: Writer, frame: PingFrame | PongFrame): void {
  const body = beginFrame(writer, frame.kind === "ping" ? PING : PONG, 0);
  writer.bytes(frame.opaque);
  endFrame(writer, body);
}

/** Reads the body of a PING frame. */
export function decodePing(reader: Reader, header: Header): PingFrame {
  return { kind: "ping", opaque: opaque(reader, header) };
}

/** Reads the body of a PONG frame. */
export function decodePong(reader: Reader, header: Header): PongFrame {
  return { kind: "pong", opaque: opaque(reader, header) };
}

/** Opaque bytes that carry a number of ours, the high half first. */
export function pingBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(PING_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(number / 0x1_0000_0000));
  view.setUint32(4, number % 0x1_0000_0000);
  return bytes;
}

/** The number in opaque bytes; for foreign bytes some number that we never sent. */
export function pingNumber(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, PING_BYTES);
  return view.getUint32(0) * 0x1_0000_0000 + view.getUint32(4);
}

function opaque(reader: Reader, header: Header): Uint8Array {
  if (header.length !== PING_BYTES) {
    throw malformed(`Cannot read PING or PONG of ${header.length} bytes: it has ${PING_BYTES}`, "§5.10");
  }
  return reader.rest();
}
