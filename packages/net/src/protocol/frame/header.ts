// What all frames have in common: the header and the type numbers.
//
//    7   6 5   4 3 2 1 0
//   +---+-----+-----------+----------------+----------------+---------------+
//   | I |flags|   type    | stream, varint | length, varint | body          |
//   +---+-----+-----------+----------------+----------------+---------------+
//
// I      "ignorable": who does not know the type skips the frame. No type of this version has it set.
// flags  two bits, of which each type says what they mean; what it does not mention is 0.
// stream 0 where the frame concerns the connection, else the id of an opened stream.
// length bytes of the body. A frame lies within one message; a message is a row of one or more frames.

import type { Writer } from "../byte/writer.js";

/** A header as read: the flags still where they are in the byte. */
export interface Header {
  readonly type: number;
  readonly flags: number;
  readonly ignorable: boolean;
  readonly streamId: number;
  readonly length: number;
}

// Type numbers. 0x00 is never a type, so that a row of zeros is no frame; 0x13-0x1f are free.
export const HELLO = 0x01;
export const OPEN = 0x02;
export const ITEMS = 0x03;
export const CREDIT = 0x04;
export const DRAIN = 0x05;
export const DRAINED = 0x06;
export const COMPLETE = 0x07;
export const ERROR = 0x08;
export const CANCEL = 0x09;
export const REJECT = 0x0a;
export const BLOCKED = 0x0b;
export const PING = 0x0c;
export const PONG = 0x0d;
export const ACK = 0x0e;
export const RESUME = 0x0f;
export const RESUME_REJECT = 0x10;
export const GOAWAY = 0x11;
export const URGENCY = 0x12;

export const TYPE_MASK = 0x1f;
export const FLAGS_MASK = 0x60;
export const IGNORABLE = 0x80;

/** The two flag bits. */
export const FLAG_A = 0x20;
export const FLAG_B = 0x40;

/** Writes the header of a frame whose body follows; answers where, for `endFrame`. */
export function beginFrame(writer: Writer, typeAndFlags: number, streamId: number): number {
  writer.byte(typeAndFlags);
  writer.varint(streamId);
  return writer.beginPart();
}

/** Fills in the length of the body written since `beginFrame`. */
export function endFrame(writer: Writer, body: number): void {
  writer.endPart(body);
}
