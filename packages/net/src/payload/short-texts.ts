// Short strings of received bytes. The same ones come again and again (names, kinds, units), so the last ones are
// kept with their bytes: to compare those costs a quarter of making a string. Where they do not repeat, looking is
// left out for a while.
//
// Bound: 1,024 strings of at most 32 bytes.

/** Strings, by their bytes. */
export class ShortTexts {
  private readonly texts: string[] = new Array<string>(SLOTS).fill("");
  private readonly lengths = new Uint8Array(SLOTS);
  private readonly bytes = new Uint8Array(SLOTS * LONGEST);
  private readonly view = new DataView(this.bytes.buffer);
  /** Falls with each string that was not here; below zero none is looked for. */
  private trust = TRUST;

  /** The text of `length` bytes at `start`, all of which are there. Throws when they are not UTF-8. */
  text(bytes: Uint8Array, view: DataView, start: number, length: number): string {
    if (length > LONGEST) return decoder.decode(bytes.subarray(start, start + length));
    const text = length < 4 ? asciiText(bytes, start, length) : this.find(bytes, view, start, length);
    return text ?? decoder.decode(bytes.subarray(start, start + length));
  }

  /** Of 4 to 32 bytes; undefined when not ASCII. */
  private find(bytes: Uint8Array, view: DataView, start: number, length: number): string | undefined {
    if (this.trust < 0) {
      this.trust += 1;
      if (this.trust === 0) this.trust = TRUST / 4;
      return asciiText(bytes, start, length);
    }
    const last = view.getInt32(start + length - 4, true);
    const slot = hash(view.getInt32(start, true), last, length);
    if (this.lengths[slot] === length && this.isSame(view, start, length, last, slot)) {
      if (this.trust < TRUST) this.trust += 1;
      return this.texts[slot];
    }
    this.trust -= 2;
    if (this.trust < 0) this.trust = -DISTRUST;
    return this.keep(bytes, start, length, slot);
  }

  private isSame(view: DataView, start: number, length: number, last: number, slot: number): boolean {
    const from = slot * LONGEST;
    for (let i = 0; i + 4 < length; i += 4) {
      if (this.view.getInt32(from + i, true) !== view.getInt32(start + i, true)) return false;
    }
    return this.view.getInt32(from + length - 4, true) === last;
  }

  private keep(bytes: Uint8Array, start: number, length: number, slot: number): string | undefined {
    const text = asciiText(bytes, start, length);
    if (text === undefined) return undefined;
    this.texts[slot] = text;
    this.lengths[slot] = length;
    for (let i = 0; i < length; i += 1) this.bytes[slot * LONGEST + i] = bytes[start + i] as number;
    return text;
  }
}

/** The string of so many bytes of ASCII; undefined when one of them is not. Made for short ones. */
function asciiText(bytes: Uint8Array, start: number, length: number): string | undefined {
  const end = start + length;
  // One bit above 0x7f anywhere is seen at the end.
  let bits = 0;
  for (let i = start; i < end; i += 1) bits |= bytes[i] as number;
  if (bits >= 0x80) return undefined;
  // As few calls as there can be: each one, and each joining, costs as much as eight characters.
  let text = "";
  let at = start;
  // biome-ignore format: a table
  for (; at + 16 <= end; at += 16) {
    text += String.fromCharCode(
      bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number,
      bytes[at + 4] as number, bytes[at + 5] as number, bytes[at + 6] as number, bytes[at + 7] as number,
      bytes[at + 8] as number, bytes[at + 9] as number, bytes[at + 10] as number, bytes[at + 11] as number,
      bytes[at + 12] as number, bytes[at + 13] as number, bytes[at + 14] as number, bytes[at + 15] as number,
    );
  }
  // biome-ignore format: a table
  for (; at + 4 <= end; at += 4) {
    text += String.fromCharCode(
      bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number,
    );
  }
  for (; at < end; at += 1) text += String.fromCharCode(bytes[at] as number);
  return text;
}

function hash(first: number, last: number, length: number): number {
  return Math.imul(first ^ Math.imul(last, 0x9e3779b1) ^ length, 0x85ebca6b) >>> 22;
}

/** Bytes of the longest string that is kept. */
const LONGEST = 32;
const SLOTS = 1024;

/** So many strings more that are not here than are, and none is looked for, for the next `DISTRUST`. */
const TRUST = 1024;
const DISTRUST = 16_384;

// Fatal: what is no UTF-8 is refused. A byte order mark is a character like others.
const decoder: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
