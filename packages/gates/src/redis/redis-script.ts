// A script as Redis is asked to run it: by the hash of its text, which Redis remembers until it is restarted or told
// to forget (SCRIPT FLUSH), and by its text when it does not.

import { createHash } from "node:crypto";

/** A program in Lua over one key: what it does, it does at once, and nobody sees half of it. */
export interface RedisScript<T> {
  readonly text: string;
  /** SHA-1 of the text, in hex: its name for EVALSHA. */
  readonly sha: string;
  /** What its reply means; `undefined`: this is no reply of it. */
  readonly read: (reply: unknown) => T | undefined;
}

/** A script with the name that Redis will have for it. */
export function redisScript<T>(text: string, read: (reply: unknown) => T | undefined): RedisScript<T> {
  return { text, sha: createHash("sha1").update(text).digest("hex"), read };
}

/** `reply` if it is a list of at least `count` whole numbers, as our scripts answer. */
export function numbersOf(reply: unknown, count: number): readonly number[] | undefined {
  if (!Array.isArray(reply) || reply.length < count) return undefined;
  // A client may be set to give large integers as text.
  const numbers = reply.map(Number);
  return numbers.every(Number.isSafeInteger) ? numbers : undefined;
}
