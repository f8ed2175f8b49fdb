// A growing cursor that hands out views of its memory instead of copies. Messages are written one behind the
// other into a chunk; a view once handed out is never written to again.
//
//   chunk  | message 1 (handed out) | headroom | message 2, being written ...          |
//                                              ^ start                  ^ at
//
// The headroom takes what must stand in front of the message and is known last, the grants of the turn, so
// that a payload is copied once, from the codec's bytes into the message, and never again. A large payload is not
// copied at all: it becomes a part of the message, between what was written before and after it.

import { joined, type Message, staysInPlace } from "./message.js";
import { writeUtf8, utf8Length } from "./utf8.js";
import { varintLength, writeVarint } from "./varint.js";

/**
 * Writes messages of frames. *Buffers:* the chunk being written, at most 128 KiB or its largest message, and
 * chunks whose views somebody still holds.
 *
 * @example
 * ```ts
 * import { Writer } from "@sluice/net/protocol";
 *
 * const writer = new Writer();
 * writer.varint(512);
 * console.log([...writer.take()]); // prints [ 128, 4 ]
 * ```
 */
export class Writer {
  private readonly headroom: number;
  private chunk: Uint8Array = NOTHING;
  private start = 0;
  private at = 0;
  /** Parts of the message being written, all but the open one at its end; bounded by the frames of a message. */
  private parts: Uint8Array[] | undefined = undefined;
  private partBytes = 0;
  private chunkBytes = FIRST_CHUNK / 2;

  /** `headroom`: bytes kept free in front of each message. */
  constructor(headroom = 0) {
    this.headroom = headroom;
  }

  /** Bytes of the message being written. */
  get length(): number {
    return this.partBytes + this.at - this.start;
  }

  byte(value: number): void {
    this.reserve(1);
    this.chunk[this.at++] = value;
  }

  varint(value: number): void {
    this.reserve(varintLength(value));
    this.at = writeVarint(this.chunk, this.at, value);
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length);
    this.chunk.set(source, this.at);
    this.at += source.length;
  }

  /** Bytes of an item: copied, or where that is dear, a part of the message by themselves. */
  payload(source: Uint8Array): void {
    // A message begins with memory of ours: what goes in front of it is written there.
    if (this.length === 0 || !staysInPlace(source)) {
      this.bytes(source);
      return;
    }
    this.parts ??= [];
    if (this.at > this.start) this.parts.push(this.chunk.subarray(this.start, this.at));
    this.parts.push(source);
    this.partBytes += this.at - this.start + source.length;
    this.start = this.at;
  }

  /** A length and the bytes. */
  blob(source: Uint8Array): void {
    this.varint(source.length);
    this.bytes(source);
  }

  /** A length and the text as UTF-8. */
  text(text: string): void {
    const length = utf8Length(text);
    this.varint(length);
    this.reserve(length);
    this.at = writeUtf8(this.chunk, this.at, text);
  }

  /** Begins a part whose length goes in front of it, as a varint; answers where it began, for `endPart`. */
  beginPart(): number {
    this.byte(0);
    return this.at - this.start;
  }

  /** Fills in the length in front of the part, and moves a part of 128 bytes or more to make room for it. */
  endPart(begin: number): void {
    const length = this.at - this.start - begin;
    const more = varintLength(length) - 1;
    this.reserve(more);
    const from = this.start + begin;
    if (more > 0) this.chunk.copyWithin(from + more, from, this.at);
    writeVarint(this.chunk, from - 1, length);
    this.at += more;
  }

  /** Makes sure of room for `count` more bytes without another move. */
  reserve(count: number): void {
    if (this.at + count > this.chunk.length) this.grow(count);
  }

  /** As `takeParts`, in one piece. */
  take(front: Uint8Array = NOTHING): Uint8Array {
    return this.parts === undefined ? this.takePiece(front) : joined(this.takeParts(front));
  }

  /** Hands out the message with `front` before it (at most the headroom), and begins the next one. */
  takeParts(front: Uint8Array = NOTHING): Message {
    const { parts } = this;
    if (parts === undefined) return this.takePiece(front);
    this.parts = undefined;
    this.partBytes = 0;
    const last = this.takePiece(NOTHING);
    if (last.length > 0) parts.push(last);
    if (front.length > 0) parts[0] = withFront(parts[0] as Uint8Array, front); // there are two or more
    return parts;
  }

  private takePiece(front: Uint8Array): Uint8Array {
    const from = this.start - front.length;
    this.chunk.set(front, from);
    const message = this.chunk.subarray(from, this.at);
    const next = this.at + this.headroom;
    // The next message is likely as long as this one: where it would not fit, it would be moved half-way.
    if (next + message.length > this.chunk.length) {
      this.chunk = NOTHING;
      this.start = 0;
    } else {
      this.start = next;
    }
    this.at = this.start;
    return message;
  }

  private grow(count: number): void {
    const length = this.at - this.start;
    // At least doubled, so that a message written byte by byte is moved a logarithmic number of times. Chunks
    // begin small and double too: a connection that says little holds little.
    this.chunkBytes = Math.min(2 * this.chunkBytes, LARGEST_CHUNK);
    const needed = this.headroom + Math.max(length + count, 2 * length);
    const chunk = new Uint8Array(Math.max(this.chunkBytes, needed));
    chunk.set(this.chunk.subarray(this.start, this.at), this.headroom);
    this.chunk = chunk;
    this.start = this.headroom;
    this.at = this.headroom + length;
  }
}

/** What stands in the headroom before `piece`, too. */
function withFront({ buffer, byteOffset, length }: Uint8Array, front: Uint8Array): Uint8Array {
  const piece = new Uint8Array(buffer, byteOffset - front.length, front.length + length);
  piece.set(front);
  return piece;
}

const NOTHING = new Uint8Array(0);

const FIRST_CHUNK = 0x200;

// Three full messages of 32 KiB, which costs a third of a chunk for each. A view that somebody keeps holds no
// more than this, unless its message is larger.
const LARGEST_CHUNK = 0x2_0000;
