import { RateLimiterMemory } from "rate-limiter-flexible";
import { keyOf, mixedKeys } from "../../gates/work.mjs";

const KEYS = 100_000;

const ample = new RateLimiterMemory({ points: 1e9, duration: 1 });
const empty = new RateLimiterMemory({ points: 0, duration: 1_000 });
const keyAt = mixedKeys(KEYS);

export async function bucket(items) {
  let granted = 0;
  for (let i = 0; i < items; i += 1) {
    await ample.consume("one");
    granted += 1;
  }
  return granted;
}

export async function refused(items) {
  let count = 0;
  for (let i = 0; i < items; i += 1) {
    try {
      await empty.consume("one");
    } catch {
      count += 1;
    }
  }
  return count;
}

export async function byKey(items) {
  let granted = 0;
  for (let i = 0; i < items; i += 1) {
    await ample.consume(keyAt(i));
    granted += 1;
  }
  return granted;
}

/** It writes down a key before it answers; the promises are not kept. */
export function keys(items) {
  const limiter = new RateLimiterMemory({ points: 10, duration: 10_000 });
  for (let i = 0; i < items; i += 1) limiter.consume(keyOf(i));
  return { limiter, length: items };
}
