// A cursor over received bytes that never reads beyond its end. What is malformed throws a ProtocolError: it
// ends the connection, so an exception costs nothing that matters.

import { malformed } from "../protocol-error.js";
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
  readonly bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Bytes left before `end`. */
  get left(): number {
    return this.end - this.at;
  }

  byte(what: string): number {
    if (this.at >= this.end) throw cutShort(what);
    return this.bytes[this.at++] as number;
  }

  /** An integer from 0 to 2^53-1 in its only form (varint.ts). */
  varint(what: string): number {
    if (this.at >= this.end) throw cutShort(what);
    const first = this.bytes[this.at++] as number;
    return first < 0x80 ? first : this.longVarint(first & 0x7f, what);
  }

  /** The next `length` bytes as a view, not a copy. */
  view(length: number, what: string): Uint8Array {
    if (length > this.left) throw cutShort(what);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
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
    if (length > this.left) throw cutShort(what);
    const start = this.at;
    this.at += length;
    const text = readUtf8(this.bytes, start, this.at);
    if (text === undefined) throw malformed(`Cannot read ${what}: its bytes are not UTF-8`, "§1.1");
    return text;
  }

  /** What is left, as UTF-8. */
  lastText(what: string): string {
    const text = readUtf8(this.bytes, this.at, this.end);
    if (text === undefined) throw malformed(`Cannot read ${what}: its bytes are not UTF-8`, "§1.1");
    this.at = this.end;
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
