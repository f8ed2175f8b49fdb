// A cursor over received bytes that never reads beyond its end. What is malformed throws a ProtocolError: it
// ends the connection, so an exception costs nothing that matters.
//
// A message in parts is read where it lies: memory that was moved here is handed on as it came, in a view of its own.
//
//   parts  | head, lengths ... | moved | between | moved |        `at` and `end` count from the part that is read
//                  ^ at                                  ^ end

import { malformed } from "../protocol-error.js";
import { joined, type Message, messageLength } from "./message.js";
import { readUtf8 } from "./utf8.js";
import { MAX_VARINT, MAX_VARINT_BYTES } from "./varint.js";

/**
 * Reads one message, or one frame of it: `end` is set to the frame's end while its body is read.
 *
 * @example
 * ```ts
 * import { Reader } from "@sluice/net/protocol";
 *
 * const reader = new Reader(new Uint8Array([0x80, 0x04, 0x07]));
 * console.log(reader.varint("limit"), reader.left); // prints 512 1
 * ```
 */
export class Reader {
  bytes: Uint8Array;
  at: number;
  end: number;
  /** The parts of the message, and which of them is read. */
  private readonly parts: readonly Uint8Array[];
  private part = 0;

  constructor(message: Message) {
    const isWhole = message instanceof Uint8Array;
    this.bytes = isWhole ? message : (message[0] ?? NOTHING);
    this.at = 0;
    this.end = messageLength(message);
    this.parts = isWhole ? NO_PARTS : message;
  }

  /** Bytes left before `end`. */
  get left(): number {
    return this.end - this.at;
  }

  byte(what: string): number {
    if (this.at >= this.end) throw cutShort(what);
    if (this.at >= this.bytes.length) this.nextPart();
    return this.bytes[this.at++] as number;
  }

  /** An integer from 0 to 2^53-1 in its only form (varint.ts). */
  varint(what: string): number {
    if (this.at >= this.end) throw cutShort(what);
    if (this.at >= this.bytes.length) this.nextPart();
    const first = this.bytes[this.at++] as number;
    return first < 0x80 ? first : this.longVarint(first & 0x7f, what);
  }

  /** The next `length` bytes as a view, not a copy, where they lie in one part. */
  view(length: number, what: string): Uint8Array {
    if (length > this.left) throw cutShort(what);
    if (this.at + length > this.bytes.length) return joined(this.pieces(length));
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** What is left, in as many parts as it lies in. */
  restParts(): Message {
    if (this.end <= this.bytes.length) return this.rest();
    const pieces = this.pieces(this.left);
    return pieces.length === 1 ? joined(pieces) : pieces;
  }

  /** What is left, as a view. */
  rest(): Uint8Array {
    return this.view(this.left, "rest");
  }

  /** A length and so many bytes of UTF-8, at most `maxBytes`. */
  text(maxBytes: number, what: string): string {
    const length = this.varint(`length of ${what}`);
    if (length > maxBytes) {
      throw malformed(`Cannot read ${what} of ${length} bytes: at most ${maxBytes} are allowed`, "§1.1");
    }
    const bytes = this.view(length, what);
    const text = readUtf8(bytes, 0, length);
    if (text === undefined) throw malformed(`Cannot read ${what}: its bytes are not UTF-8`, "§1.1");
    return text;
  }

  /** What is left, as UTF-8. */
  lastText(what: string): string {
    const bytes = this.rest();
    const text = readUtf8(bytes, 0, bytes.length);
    if (text === undefined) throw malformed(`Cannot read ${what}: its bytes are not UTF-8`, "§1.1");
    return text;
  }

  /** A length and so many bytes, at most `maxBytes`, as a view. */
  blob(maxBytes: number, what: string, rule: string): Uint8Array {
    const length = this.varint(`length of ${what}`);
    if (length > maxBytes) {
      throw malformed(`Cannot read ${what} of ${length} bytes: at most ${maxBytes} are allowed`, rule);
    }
    return this.view(length, what);
  }

  /** The next `length` bytes, all of which are there: a view for each part that they lie in. */
  private pieces(length: number): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let left = length; left > 0; ) {
      if (this.at >= this.bytes.length) this.nextPart();
      const size = Math.min(left, this.bytes.length - this.at);
      pieces.push(this.bytes.subarray(this.at, this.at + size));
      this.at += size;
      left -= size;
    }
    return pieces;
  }

  /** Goes on in the next part that has bytes; there is one before `end`. */
  private nextPart(): void {
    while (this.at >= this.bytes.length) {
      this.at -= this.bytes.length;
      this.end -= this.bytes.length;
      this.part += 1;
      this.bytes = this.parts[this.part] as Uint8Array;
    }
  }

  private longVarint(low: number, what: string): number {
    let value = low;
    let scale = 0x80;
    for (let length = 2; length <= MAX_VARINT_BYTES; length++) {
      const next = this.byte(what);
      value += (next & 0x7f) * scale;
      scale *= 0x80;
      if (next >= 0x80) continue;
      if (next === 0)
        throw malformed(`Cannot read ${what}: the integer is longer than it needs to be`, "§1.1");
      if (value > MAX_VARINT) throw malformed(`Cannot read ${what}: the integer exceeds 2^53-1`, "§1.1");
      return value;
    }
    throw malformed(`Cannot read ${what}: the integer is longer than ${MAX_VARINT_BYTES} bytes`, "§1.1");
  }
}

function cutShort(what: string): Error {
  return malformed(`Cannot read ${what}: the frame or message ends before it`, "§1.2");
}

const NOTHING = new Uint8Array(0);
const NO_PARTS: readonly Uint8Array[] = [];
