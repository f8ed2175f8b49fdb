// Strings one behind the other, with a table of their lengths in front.

import { writeUtf8 } from "../protocol/byte/utf8.js";
import type { GrowingBytes } from "./growing-bytes.js";

/** Writes the width of a length, the lengths in bytes of UTF-8, and the bytes. */
export function writeTexts(out: GrowingBytes, texts: readonly string[]): void {
  let longest = 0;
  let units = 0;
  for (let i = 0; i < texts.length; i += 1) {
    const { length } = texts[i] as string;
    units += length;
    if (length > longest) longest = length;
  }
  // Three bytes a unit at most.
  const width = 3 * longest < 0x100 ? 1 : 3 * longest < 0x1_0000 ? 2 : 4;
  out.reserve(1 + texts.length * width + 3 * units);
  const { bytes, view } = out;
  let table = out.at + 1;
  let at = table + texts.length * width;
  bytes[out.at] = width;
  for (let i = 0; i < texts.length; i += 1) {
    const from = at;
    at = writeText(bytes, at, texts[i] as string);
    if (width === 1) bytes[table] = at - from;
    else if (width === 2) view.setUint16(table, at - from, true);
    else view.setUint32(table, at - from, true);
    table += width;
  }
  out.at = at;
}

function writeText(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  if (length > SHORT_TEXT) return at + encoder.encodeInto(text, bytes.subarray(at)).written;
  for (let i = 0; i < length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return writeUtf8(bytes, at, text);
    bytes[at + i] = code;
  }
  return at + length;
}

/** Up to here a loop is faster than a call of the runtime. */
const SHORT_TEXT = 64;

const encoder: TextEncoder = new TextEncoder();
