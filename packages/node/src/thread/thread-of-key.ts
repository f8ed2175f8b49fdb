// Which thread the items of a key go to.

/** What a key may be: what is equal by its text. */
export type StepKey = string | number | bigint | boolean;

/**
 * The index of the thread of `key`, of so many: always the same one, so that the thread may keep what it knows of the
 * key. FNV-1a over the text, which spreads keys that differ in one letter.
 */
export function threadOfKey(key: StepKey, threads: number): number {
  if (!KINDS.has(typeof key)) {
    throw new TypeError(
      `Cannot order items by a key that is ${key === null ? "null" : `of the type ${typeof key}`}: it must be a string, number, bigint or boolean`,
    );
  }
  const text = String(key);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // The low bits of FNV-1a are its weakest.
  return ((hash ^ (hash >>> 15)) >>> 0) % threads;
}

const KINDS: ReadonlySet<string> = new Set(["string", "number", "bigint", "boolean"]);
