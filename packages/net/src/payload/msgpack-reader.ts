// Reads and checks msgpack in one pass, for what nearly all batches are made of: records, arrays, strings, numbers,
// booleans, null and undefined. Whatever else it meets (maps, extensions, 64-bit integers, bytes, and all that a
// peer must not send) makes it give up, and msgpack.ts takes the way of the walk and msgpackr: they alone decide
// what is refused, and why. It takes nothing that the walk refuses, and reads what msgpackr would
// (msgpack-reader.test.ts).
//
// Memory: nothing is made for which its byte is not there; an array's elements by their number only up to 32.

import { MAX_COLLECTION, MAX_DEPTH } from "./msgpack-walk.js";
import { RecordCache } from "./record-cache.js";
import type { RecordShape, ValueSource } from "./record-shapes.js";
import { ShortTexts } from "./short-texts.js";

/** Decodes one batch at a time. */
export class MsgpackReader implements ValueSource {
  private bytes: Uint8Array = NOTHING;
  private view: DataView = new DataView(NOTHING.buffer);
  private at = 0;
  private end = 0;
  /** Records of this batch by id - 0x40. */
  private records: (RecordShape | undefined)[] = [];
  private readonly cache = new RecordCache();
  private readonly texts = new ShortTexts();

  /** The items; undefined for a batch that is not for this reader to judge. */
  batch(bytes: Uint8Array, count: number): unknown[] | undefined {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.end = bytes.length;
    try {
      return this.items(count);
    } catch {
      // Given up, a number that ends beyond the bytes, or a text that is none.
      return undefined;
    } finally {
      this.bytes = NOTHING;
      this.records = [];
    }
  }

  private items(count: number): unknown[] {
    const token = this.byte();
    const length = token === 0xdc ? this.uint16() : token === 0xdd ? this.uint32() : token - 0x90;
    if (length !== count || length > MAX_COLLECTION || length > this.end - this.at) throw GIVEN_UP;
    if (token < 0xdc && (length < 0 || length > 0xf)) throw GIVEN_UP;
    const items: unknown[] = [];
    for (let i = 0; i < length; i += 1) items.push(this.value(0));
    if (this.at !== this.end) throw GIVEN_UP;
    return items;
  }

  /** The next value, of which `depth` collections are around. */
  value(depth: number): unknown {
    const token = this.byte();
    if (token < 0x80) {
      if (token < 0x40) return token;
      const shape = this.records[token - 0x40];
      return shape === undefined ? token : this.record(shape, depth);
    }
    if (token >= 0xe0) return token - 0x100;
    if (token < 0xc0) {
      if (token >= 0xa0) return this.text(token - 0xa0);
      if (token >= 0x90) return this.array(token - 0x90, depth);
      throw GIVEN_UP;
    }
    return this.tagged(token, depth);
  }

  private tagged(token: number, depth: number): unknown {
    const { at } = this;
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        this.at = at + 4;
        return this.view.getFloat32(at);
      case 0xcb:
        this.at = at + 8;
        return this.view.getFloat64(at);
      case 0xcc:
        return this.byte();
      case 0xcd:
        return this.uint16();
      case 0xce:
        return this.uint32();
      case 0xd0:
        this.at = at + 1;
        return this.view.getInt8(at);
      case 0xd1:
        this.at = at + 2;
        return this.view.getInt16(at);
      case 0xd2:
        this.at = at + 4;
        return this.view.getInt32(at);
      case 0xd4:
        return this.extensionOfOne(depth);
      case 0xd9:
        return this.text(this.byte());
      case 0xda:
        return this.text(this.uint16());
      case 0xdb:
        return this.text(this.uint32());
      case 0xdc:
        return this.array(this.uint16(), depth);
      default:
        throw GIVEN_UP;
    }
  }

  private record(shape: RecordShape, depth: number): object {
    if (depth >= MAX_DEPTH) throw GIVEN_UP;
    return shape.make(this, depth + 1);
  }

  private array(length: number, depth: number): unknown[] {
    if (depth >= MAX_DEPTH || length > this.end - this.at) throw GIVEN_UP;
    const inner = depth + 1;
    // Written out, so that the array is as long as it must be and has no holes.
    switch (length) {
      case 0:
        return [];
      case 1:
        return [this.value(inner)];
      case 2:
        return [this.value(inner), this.value(inner)];
      case 3:
        return [this.value(inner), this.value(inner), this.value(inner)];
    }
    const array: unknown[] = length <= 32 ? new Array<unknown>(length) : [];
    for (let i = 0; i < length; i += 1) array[i] = this.value(inner);
    return array;
  }

  /** undefined, or the definition of a record with its first instance; the other extensions are rare. */
  private extensionOfOne(depth: number): unknown {
    const type = this.byte();
    const content = this.byte();
    if (type === 0 && content === 0) return undefined;
    const id = content - 0x40;
    if (type !== 0x72 || id < 0 || id > 0x3f || this.records[id] !== undefined) throw GIVEN_UP;
    const shape = this.cache.read(this.bytes, this.at);
    if (shape === undefined) throw GIVEN_UP;
    this.at = this.cache.end;
    while (this.records.length < id) this.records.push(undefined);
    this.records[id] = shape;
    return this.record(shape, depth);
  }

  private text(length: number): string {
    const start = this.at;
    this.at += length;
    if (this.at > this.end) throw GIVEN_UP;
    return this.texts.text(this.bytes, this.view, start, length);
  }

  private byte(): number {
    // Past the end this reads undefined, which `| 0` makes 0: the check is for what comes next as well.
    const value = (this.bytes[this.at] as number) | 0;
    this.at += 1;
    if (this.at > this.end) throw GIVEN_UP;
    return value;
  }

  private uint16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2);
  }

  private uint32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Thrown and caught here: says that the other way must be taken, which finds out why. */
const GIVEN_UP: Error = new Error("Cannot read this batch in one pass: the walk decides");
