// What every contender does with its permits, so that all do the same.

/** The call that a gate stands before: asynchronous, and done at once. */
export const call = async () => 1;

/** One call after the other; `start` puts the gate before it. */
export async function oneByOne(items, start) {
  let done = 0;
  for (let i = 0; i < items; i += 1) done += await start(call);
  return done;
}

/** All at once. */
export async function together(items, start) {
  const results = await Promise.all(Array.from({ length: items }, () => start(call)));
  return results.reduce((sum, one) => sum + one, 0);
}

/** Calls that are refused, each heard by its caller. */
export async function allRefused(items, start) {
  let refused = 0;
  for (let i = 0; i < items; i += 1) {
    try {
      await start(call);
    } catch {
      refused += 1;
    }
  }
  return refused;
}

/** Keys as they are in a service. */
export const keyOf = (index) => `tenant-${index}`;

/** `count` keys, and an order that visits them all without running along memory. */
export function mixedKeys(count) {
  const keys = Array.from({ length: count }, (_, index) => keyOf(index));
  return (visit) => keys[(visit * 48_271) % count];
}
