// The binary items of N2 and N3: they exist already at the server, as parts of a file that was read would, and every
// client looks at both ends of each.

/** So many different ones that none stays in the cache of a CPU by itself. */
const DIFFERENT = 64;

/** The items by their size; rows use one or two sizes. */
const made = new Map();

/** @returns {(index: number) => Buffer} the item of that index, `bytes` long; its content is never changed */
export function bytesSource(bytes) {
  if (!made.has(bytes)) {
    made.set(
      bytes,
      Array.from({ length: DIFFERENT }, (_, index) => Buffer.alloc(bytes, index + 1)),
    );
  }
  const items = made.get(bytes);
  return (index) => items[index % DIFFERENT];
}

/** What a client adds up for each item that it has received; `weightOfBytes` is the right sum. */
export function weighBytes(item) {
  return item.length + item[0] * 3 + item[item.length - 1];
}

export function weightOfBytes(items, bytes) {
  const rounds = Math.floor(items / DIFFERENT);
  const rest = items % DIFFERENT;
  return items * bytes + 4 * (rounds * sumTo(DIFFERENT) + sumTo(rest));
}

function sumTo(n) {
  return (n * (n + 1)) / 2;
}
