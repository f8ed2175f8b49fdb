// Writes msgpack for what nearly all items are made of: plain objects, arrays, strings, numbers, booleans, null and
// undefined, byte for byte as msgpackr does (-0 apart, which stays what it is). Whatever else it meets makes it give
// up, and msgpack.ts takes msgpackr.
//
//   chunk  | batch 1 (handed out) | batch 2, being written ...        |      a batch once handed out is never
//                                 ^ start        ^ at                        written to again

import { writeUtf8 } from "../protocol/byte/utf8.js";
import { MAX_COLLECTION, MAX_DEPTH } from "./msgpack-walk.js";
import { WrittenShapes, type WrittenShape } from "./written-shapes.js";

/** Encodes one batch at a time. *Buffers:* one chunk, of four batches like the last one or 8 KiB. */
export class MsgpackWriter {
  private bytes: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(this.bytes.buffer);
  private start = 0;
  private at = 0;
  private isBusy = false;
  private readonly shapes = new WrittenShapes();

  /** The bytes of the items; undefined for items that are not for this writer. */
  batch(items: readonly unknown[]): Uint8Array | undefined {
    // A getter of an item may send something itself.
    if (this.isBusy) return undefined;
    this.isBusy = true;
    this.shapes.begin();
    this.start = this.at;
    try {
      if (hasInherited(Object.prototype)) return undefined;
      this.array(items, 0);
      return this.bytes.subarray(this.start, this.at);
    } catch (error) {
      this.at = this.start;
      if (error !== GIVEN_UP) throw error;
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }

  private value(value: unknown, depth: number): void {
    // One comparison after the other: they cost nothing, and `switch (typeof value)` a call.
    if (typeof value === "string") {
      this.text(value);
    } else if (typeof value === "number") {
      this.number(value);
    } else if (typeof value === "object") {
      if (value === null) this.byte(0xc0);
      else if (depth > MAX_DEPTH) throw GIVEN_UP;
      else if (Array.isArray(value)) this.array(value, depth);
      else this.object(value as Plain, depth);
    } else if (typeof value === "boolean") {
      this.byte(value ? 0xc3 : 0xc2);
    } else if (value === undefined) {
      this.reserve(3);
      this.bytes[this.at++] = 0xd4;
      this.bytes[this.at++] = 0;
      this.bytes[this.at++] = 0;
    } else {
      throw GIVEN_UP;
    }
  }

  private array(array: readonly unknown[], depth: number): void {
    const { length } = array;
    if (length > MAX_COLLECTION) throw GIVEN_UP;
    this.arrayHead(length);
    for (let i = 0; i < length; i += 1) this.value(array[i], depth + 1);
  }

  private object(object: Plain, depth: number): void {
    if (object.constructor !== Object) throw GIVEN_UP;
    const shape = this.shapes.of(object);
    if (shape === undefined) throw GIVEN_UP;
    if (shape.batch === this.shapes.batch) this.byte(shape.id);
    else this.define(shape);
    let left = shape.keys.length;
    // The engine knows where the values of the keys are that it enumerates; looked up by name they cost five times that.
    for (const key in object) {
      this.value(object[key], depth + 1);
      left -= 1;
    }
    // A getter changed it while it was written.
    if (left !== 0) throw GIVEN_UP;
  }

  private define(shape: WrittenShape): void {
    const id = this.shapes.define(shape);
    if (id === undefined) throw GIVEN_UP;
    this.reserve(3);
    this.bytes[this.at++] = 0xd4;
    this.bytes[this.at++] = 0x72;
    this.bytes[this.at++] = id;
    this.arrayHead(shape.keys.length);
    for (const key of shape.keys) this.text(key);
  }

  private arrayHead(length: number): void {
    this.reserve(5);
    if (length < 0x10) {
      this.bytes[this.at++] = 0x90 | length;
    } else if (length < 0x1_0000) {
      this.bytes[this.at] = 0xdc;
      this.view.setUint16(this.at + 1, length);
      this.at += 3;
    } else {
      this.bytes[this.at] = 0xdd;
      this.view.setUint32(this.at + 1, length);
      this.at += 5;
    }
  }

  private number(value: number): void {
    this.reserve(9);
    const { at } = this;
    if (value >>> 0 === value && (value !== 0 || 1 / value > 0)) {
      if (value < 0x40) {
        this.bytes[at] = value;
        this.at = at + 1;
      } else if (value < 0x100) {
        this.bytes[at] = 0xcc;
        this.bytes[at + 1] = value;
        this.at = at + 2;
      } else if (value < 0x1_0000) {
        this.bytes[at] = 0xcd;
        this.view.setUint16(at + 1, value);
        this.at = at + 3;
      } else {
        this.bytes[at] = 0xce;
        this.view.setUint32(at + 1, value);
        this.at = at + 5;
      }
    } else if (value >> 0 === value && value < 0) {
      this.negative(value, at);
    } else {
      this.bytes[at] = 0xcb;
      this.view.setFloat64(at + 1, value);
      this.at = at + 9;
    }
  }

  private negative(value: number, at: number): void {
    if (value >= -0x20) {
      this.bytes[at] = 0x100 + value;
      this.at = at + 1;
    } else if (value >= -0x80) {
      this.bytes[at] = 0xd0;
      this.bytes[at + 1] = value + 0x100;
      this.at = at + 2;
    } else if (value >= -0x8000) {
      this.bytes[at] = 0xd1;
      this.view.setInt16(at + 1, value);
      this.at = at + 3;
    } else {
      this.bytes[at] = 0xd2;
      this.view.setInt32(at + 1, value);
      this.at = at + 5;
    }
  }

  private text(text: string): void {
    const { length } = text;
    if (length > SHORT_TEXT) {
      this.longText(text);
      return;
    }
    this.reserve(length + 2);
    const { bytes, at } = this;
    let next = at;
    if (length < 0x20) {
      bytes[next++] = 0xa0 | length;
    } else {
      bytes[next++] = 0xd9;
      bytes[next++] = length;
    }
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.longText(text);
        return;
      }
      bytes[next + i] = code;
    }
    this.at = next + length;
  }

  /** Whatever is not short and ASCII. */
  private longText(text: string): void {
    // Three bytes a unit at most; the head is as long as what it turns out to be needs.
    this.reserve(3 * text.length + 5);
    const { at } = this;
    const guessed = headLength(text.length);
    const written = this.utf8(text, at + guessed);
    const head = headLength(written);
    if (head !== guessed) this.bytes.copyWithin(at + head, at + guessed, at + guessed + written);
    if (head === 1) {
      this.bytes[at] = 0xa0 | written;
    } else if (head === 2) {
      this.bytes[at] = 0xd9;
      this.bytes[at + 1] = written;
    } else if (head === 3) {
      this.bytes[at] = 0xda;
      this.view.setUint16(at + 1, written);
    } else {
      this.bytes[at] = 0xdb;
      this.view.setUint32(at + 1, written);
    }
    this.at = at + head + written;
  }

  private utf8(text: string, at: number): number {
    if (text.length <= SHORT_TEXT) return writeUtf8(this.bytes, at, text) - at;
    return encoder.encodeInto(text, this.bytes.subarray(at)).written;
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  private reserve(count: number): void {
    if (this.at + count > this.bytes.length) this.grow(count);
  }

  private grow(count: number): void {
    const { start, at } = this;
    const length = at - start;
    // Four of a kind, so that a kept batch does not keep many times its bytes; at least doubled, as ever.
    const wanted = Math.min(Math.max(4 * length, SMALLEST_CHUNK), LARGEST_CHUNK);
    const bytes = new Uint8Array(Math.max(wanted, 2 * length + count));
    bytes.set(this.bytes.subarray(start, at));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.start = 0;
    this.at = length;
  }
}

interface Plain {
  readonly [key: string]: unknown;
}

function hasInherited(prototype: object): boolean {
  for (const _ in prototype) return true;
  return false;
}

function headLength(bytes: number): number {
  return bytes < 0x20 ? 1 : bytes < 0x100 ? 2 : bytes < 0x1_0000 ? 3 : 5;
}

/** Up to here a loop is faster than a call of the runtime. */
const SHORT_TEXT = 64;

const SMALLEST_CHUNK = 0x2000;
const LARGEST_CHUNK = 0x2_0000;

/** Thrown and caught here. */
const GIVEN_UP: Error = new Error("Cannot write these items here: msgpackr does");

const encoder: TextEncoder = new TextEncoder();
