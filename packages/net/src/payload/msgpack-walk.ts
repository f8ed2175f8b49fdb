// Walks over msgpack bytes before they are decoded (protocol.md G and H25): what a peer sends must be well
// formed to the last byte, nest no deeper than 64, hold no collection of more than 65,536, no key `__proto__`
// and no extension but those that our encoder writes. Most batches never come here (msgpack-reader.ts); what that
// reader leaves does, and what is refused is refused here alone.
//
// Records are msgpackr's extension: `d4 72 id [keys] values...` defines record `id` and gives its first
// instance, from then on `id values...` is one more. The walk follows them as the decoder will.

import { invalidPayload } from "./payload-error.js";

/** Levels of nesting inside one item; protocol.md G. */
export const MAX_DEPTH = 64;

/** Elements of one array, map, set or record; protocol.md G. */
export const MAX_COLLECTION = 65_536;

/** Checks that `bytes` are exactly one array of `count` values that may be decoded; throws a PayloadError if not. */
export function checkMsgpackBatch(bytes: Uint8Array, count: number): void {
  new Walk(bytes).batch(count);
}

class Walk {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private position = 0;
  /** Fields of the records defined so far, by id - 0x40; -1 is none. Ids are 0x40 to 0x7f. */
  private readonly fields = new Int32Array(64).fill(-1);

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  batch(count: number): void {
    const length = this.arrayLength(this.byte());
    if (length !== count) throw invalid(`it has ${length} items where its frame says ${count}`);
    this.values(length, 0);
    if (this.position !== this.end) throw invalid(`${this.end - this.position} bytes follow its last item`);
  }

  private values(count: number, depth: number): void {
    if (depth > MAX_DEPTH) throw invalid(`it nests deeper than ${MAX_DEPTH} levels`);
    for (let i = 0; i < count; i += 1) this.value(depth);
  }

  private value(depth: number): void {
    // Past the end this reads undefined, which `| 0` makes 0, a plain integer: the check below stops it, and
    // one check a value is enough because every length is checked on its own.
    const token = (this.bytes[this.position] as number) | 0;
    this.position += 1;
    if (this.position > this.end) throw truncated();
    if (token < 0x40 || token >= 0xe0) return;
    if (token < 0x80) {
      // A byte whose record is not defined is the integer that plain msgpack means by it.
      const fields = this.fields[token - 0x40] as number;
      if (fields > 0) this.values(fields, depth + 1);
    } else if (token >= 0xa0) {
      if (token < 0xc0) this.skip(token - 0xa0);
      else this.tagged(token, depth);
    } else if (token >= 0x90) this.values(token - 0x90, depth + 1);
    else this.map(token - 0x80, depth + 1);
  }

  private tagged(token: number, depth: number): void {
    const fixed = FIXED_BYTES[token - 0xc0] as number;
    if (fixed >= 0) this.skip(fixed);
    else if (token >= 0xd9 && token <= 0xdb) this.skip(this.uint(1 << (token - 0xd9)));
    else if (token >= 0xc4 && token <= 0xc6) this.skip(this.uint(1 << (token - 0xc4)));
    else if (token === 0xdc || token === 0xdd) this.values(this.arrayLength(token), depth + 1);
    else if (token === 0xde) this.map(this.uint(2), depth + 1);
    else if (token === 0xdf) this.map(this.collection(this.uint(4)), depth + 1);
    else if (token === 0xd4) this.extensionOfOne(depth);
    else if (token >= 0xd6 && token <= 0xd8) this.extension(1 << (token - 0xd4));
    else if (token >= 0xc7 && token <= 0xc9) this.extension(this.uint(1 << (token - 0xc7)));
    else throw invalid(`it has the byte 0x${token.toString(16)}, which is no value`);
  }

  /** The extensions with one byte of content: undefined, the date that is none, a set, a record's definition. */
  private extensionOfOne(depth: number): void {
    const type = this.byte();
    const content = this.byte();
    if (type === EXT_RECORD) this.record(content, depth);
    else if (type === EXT_SET) this.values(this.arrayLength(this.byte()), depth + 1);
    else if (type !== EXT_UNDEFINED && type !== EXT_TIMESTAMP) throw refusedExtension(type);
  }

  private extension(length: number): void {
    const type = this.byte();
    if (type === EXT_TIMESTAMP ? length !== 4 && length !== 8 && length !== 12 : type !== EXT_TYPED_ARRAY) {
      throw refusedExtension(type);
    }
    if (length === 0) throw invalid("it has a typed array without a type");
    this.skip(length);
  }

  private record(id: number, depth: number): void {
    if (id < 0x40 || id > 0x7f) throw invalid(`it defines the record 0x${id.toString(16)}, not 0x40 to 0x7f`);
    const fields = this.arrayLength(this.byte());
    for (let i = 0; i < fields; i += 1) {
      if (!this.key()) throw invalid("a record has a key that is no string");
    }
    this.fields[id - 0x40] = fields;
    this.values(fields, depth + 1);
  }

  private map(length: number, depth: number): void {
    for (let i = 0; i < length; i += 1) {
      if (!this.key()) this.values(1, depth);
      this.values(1, depth);
    }
  }

  /** Passes over a string that is used as a key; answers false, and stays, when something else stands there. */
  private key(): boolean {
    const token = this.bytes[this.position] as number;
    let length: number;
    if (token >= 0xa0 && token < 0xc0) {
      length = token - 0xa0;
      this.position += 1;
    } else if (token === 0xd9 || token === 0xda || token === 0xdb) {
      this.position += 1;
      length = this.uint(1 << (token - 0xd9));
    } else {
      return false;
    }
    const start = this.position;
    this.skip(length);
    if (length === PROTO.length && PROTO.every((byte, i) => this.bytes[start + i] === byte)) {
      throw invalid('it has the key "__proto__"');
    }
    return true;
  }

  private arrayLength(token: number): number {
    if (token >= 0x90 && token < 0xa0) return token - 0x90;
    if (token === 0xdc) return this.collection(this.uint(2));
    if (token === 0xdd) return this.collection(this.uint(4));
    throw invalid(`it has the byte 0x${token.toString(16)} where an array must be`);
  }

  private collection(length: number): number {
    if (length > MAX_COLLECTION) {
      throw invalid(`it has a collection of ${length} elements, more than ${MAX_COLLECTION}`);
    }
    return length;
  }

  private uint(width: number): number {
    let value = 0;
    for (let i = 0; i < width; i += 1) value = value * 256 + this.byte();
    return value;
  }

  private byte(): number {
    if (this.position >= this.end) throw truncated();
    const value = this.bytes[this.position] as number;
    this.position += 1;
    return value;
  }

  private skip(length: number): void {
    this.position += length;
    if (this.position > this.end) throw truncated();
  }
}

/** Extension types, as msgpackr writes them; the timestamp is msgpack's own (-1). */
const EXT_UNDEFINED = 0x00;
const EXT_RECORD = 0x72;
const EXT_SET = 0x73;
const EXT_TYPED_ARRAY = 0x74;
const EXT_TIMESTAMP = 0xff;

/** Bytes that follow each head from 0xc0 to 0xdf when it says so by itself (nil, booleans, numbers), else -1. */
const FIXED_BYTES: Int8Array = Int8Array.of(
  ...[0, -1, 0, 0, -1, -1, -1, -1, -1, -1, 4, 8, 1, 2, 4, 8],
  ...[1, 2, 4, 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
);

/** The bytes of `__proto__`. */
const PROTO: readonly number[] = [0x5f, 0x5f, 0x70, 0x72, 0x6f, 0x74, 0x6f, 0x5f, 0x5f];

function invalid(complaint: string): Error {
  return invalidPayload("msgpack", complaint);
}

function truncated(): Error {
  return invalid("it ends in the middle of a value");
}

function refusedExtension(type: number): Error {
  return invalid(`it has the extension type 0x${type.toString(16)}, which is not among those allowed`);
}
