// Records by the bytes of their definition: each batch defines its own again, with the same bytes mostly.
//
//   d4 72 id | 94  a2 i d  a4 n a m e  a5 v a l u e  a4 t a g s |       what is compared, and hashed

import { readUtf8 } from "../protocol/byte/utf8.js";
import { isRememberable, MAX_KEYS, MAX_SHAPES, RecordShape } from "./record-shapes.js";

/** Definitions that came lately. *Buffers:* 256 of them (record-shapes.ts); one more, and all are forgotten. */
export class RecordCache {
  /** The position after the definition that was read last. */
  end = 0;
  private readonly known = new Map<number, Known>();

  /** The shape whose keys begin at `start`; undefined for one that only the walk can judge. */
  read(bytes: Uint8Array, start: number): RecordShape | undefined {
    let at = start;
    let count = (bytes[at++] as number) - 0x90;
    if (count === 0xdc - 0x90 && bytes[at] === 0) {
      count = bytes[at + 1] as number;
      at += 2;
    } else if (count > 0xf) {
      return undefined;
    }
    if (!(count > 0 && count <= MAX_KEYS)) return undefined;
    let hash = count;
    for (let i = 0; i < count; i += 1) {
      const next = keyEnd(bytes, at);
      if (!(next <= bytes.length)) return undefined;
      for (; at < next; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x0100_0193);
    }
    this.end = at;
    const known = this.known.get(hash);
    if (known !== undefined && isSame(known.definition, bytes, start, at)) return known.shape;
    return this.learn(bytes, start, at, hash);
  }

  private learn(bytes: Uint8Array, start: number, end: number, hash: number): RecordShape | undefined {
    const keys: string[] = [];
    for (let at = start + (bytes[start] === 0xdc ? 3 : 1); at < end; ) {
      const next = keyEnd(bytes, at);
      const key = readUtf8(bytes, bytes[at] === 0xd9 ? at + 2 : at + 1, next);
      if (key === undefined || key === "__proto__") return undefined;
      keys.push(key);
      at = next;
    }
    const shape = new RecordShape(keys);
    if (!isRememberable(keys)) return shape;
    if (this.known.size >= MAX_SHAPES) this.known.clear();
    this.known.set(hash, { definition: Uint8Array.prototype.slice.call(bytes, start, end), shape });
    return shape;
  }
}

interface Known {
  readonly definition: Uint8Array;
  readonly shape: RecordShape;
}

/** The position behind the string of at most 255 bytes that stands at `at`; NaN when it is none. */
function keyEnd(bytes: Uint8Array, at: number): number {
  const token = bytes[at] as number;
  if (token >= 0xa0 && token < 0xc0) return at + 1 + token - 0xa0;
  return token === 0xd9 ? at + 2 + (bytes[at + 1] as number) : Number.NaN;
}

function isSame(definition: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (definition.length !== end - start) return false;
  for (let i = 0; i < definition.length; i += 1) {
    if (definition[i] !== bytes[start + i]) return false;
  }
  return true;
}
