// Unsigned variable-length integers from 0 to 2^53-1, seven bits a byte, low bits first, at most eight bytes.
//
//   value < 2^7    0xxxxxxx
//   value < 2^14   1xxxxxxx 0xxxxxxx                    high bit: another byte follows
//   ...
//   value < 2^53   1xxxxxxx x 7, then 0000xxxx
//
// One value has one form: a last byte of zero (but for the value 0 itself) is over-long and refused, so that
// two peers can compare bytes and no frame can be padded (protocol.md §1.1).

/** The largest integer on the wire: JavaScript counts exactly up to here. As item demand it means unbounded. */
export const MAX_VARINT: number = Number.MAX_SAFE_INTEGER;

/** Bytes that no value exceeds. */
export const MAX_VARINT_BYTES = 8;

/** Number of bytes that `value` takes. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  let length = 4;
  for (let rest = Math.floor(value / 0x1000_0000); rest > 0; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

/** Writes `value` into `bytes` at `at`, where there is room for it; the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  // Bit operations hold 32 bits: above 2^28 the value is divided instead.
  while (rest >= 0x1000_0000) {
    bytes[next++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  while (rest >= 0x80) {
    bytes[next++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[next++] = rest;
  return next;
}
