// Random numbers that a seed fixes, so that what was found once can be found again.

/**
 * Makes a generator of numbers in [0, 1) by splitmix32: small, fast, and the same in every runtime. Not for secrets.
 *
 * @param seed an integer; its lowest 32 bits count
 *
 * @example
 * ```ts
 * import { seededRandom } from "@sluice/tck";
 * const [a, b] = [seededRandom(7), seededRandom(7)];
 * console.log(a() === b(), a() === b()); // prints true true
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    // Sebastiano Vigna's splitmix64, in the 32-bit form by Tommy Ettinger.
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
