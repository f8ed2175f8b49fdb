// Text as UTF-8, strict both ways, written out here because this folder uses no globals of a runtime. Only
// names and messages pass here, never payloads.

/** Bytes that `text` takes; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  if (asciiUntil(text) === text.length) return text.length;
  let length = 0;
  for (const character of text) length += sizeOf(character.codePointAt(0) as number);
  return length;
}

/** The longest beginning of `text` that takes at most `maxBytes`, cut between characters. */
export function utf8Cut(text: string, maxBytes: number): string {
  let length = 0;
  let units = 0;
  for (const character of text) {
    length += sizeOf(character.codePointAt(0) as number);
    if (length > maxBytes) return text.slice(0, units);
    units += character.length;
  }
  return text;
}

/** Writes `text` at `at`, where there is room for it; the position after it. */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  const ascii = asciiUntil(text);
  let next = at;
  for (let i = 0; i < ascii; i++) bytes[next++] = text.charCodeAt(i);
  for (const character of ascii === text.length ? "" : text.slice(ascii)) {
    const point = wellFormed(character.codePointAt(0) as number);
    if (point < 0x80) {
      bytes[next++] = point;
    } else if (point < 0x800) {
      bytes[next++] = 0xc0 | (point >> 6);
      bytes[next++] = 0x80 | (point & 0x3f);
    } else if (point < 0x1_0000) {
      bytes[next++] = 0xe0 | (point >> 12);
      bytes[next++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[next++] = 0x80 | (point & 0x3f);
    } else {
      bytes[next++] = 0xf0 | (point >> 18);
      bytes[next++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[next++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[next++] = 0x80 | (point & 0x3f);
    }
  }
  return next;
}

/** The text in `bytes` from `start` to before `end`; undefined when it is not UTF-8 (RFC 3629 §4). */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let at = start;
  while (at < end) {
    const first = bytes[at++] as number;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    // 0x80-0xc1 start nothing, or an over-long form; 0xf5 and above would exceed U+10FFFF.
    const more = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
    if (more === 0 || at + more > end) return undefined;
    let point = first & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      const next = bytes[at++] as number;
      if ((next & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    if (point > 0x10_ffff || sizeOf(point) !== more + 1 || wellFormed(point) !== point) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

// How many characters at the beginning are ASCII: nearly always all, and that is several times faster.
function asciiUntil(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return i;
  return text.length;
}

function sizeOf(point: number): number {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
}

function wellFormed(point: number): number {
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
}
