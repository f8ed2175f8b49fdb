// Random numbers that the seed fixes. The generator is written out here, as in the conformance kit: a trace must
// stay the same byte for byte whatever else is released.

/**
 * Numbers that look random and follow from a seed alone. Not for secrets.
 *
 * @example
 * ```ts
 * import { SimRandom } from "@sluice/net/sim";
 * const [a, b] = [new SimRandom(7), new SimRandom(7)];
 * console.log(a.int(1, 6) === b.int(1, 6), a.chance(0.5) === b.chance(0.5)); // prints true true
 * console.log(new SimRandom(7).pick(["red"])); // prints red
 * ```
 */
export class SimRandom {
  private state: number;

  /** @param seed an integer; its lowest 32 bits count */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`Cannot make random numbers from the seed ${String(seed)}: it must be an integer`);
    }
    this.state = seed | 0;
  }

  /** A number in [0, 1), by splitmix32. */
  next(): number {
    return this.bits() / 2 ** 32;
  }

  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low > high) {
      throw new RangeError(
        `Cannot choose an integer from ${low} to ${high}: give integers, the lower one first`,
      );
    }
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of `values`, each as likely. */
  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new RangeError("Cannot pick one of 0 values: give at least one");
    return values[this.int(0, values.length - 1)] as T;
  }

  /**
   * A generator of its own for one part of a scenario: what that part draws does not change what the others see,
   * so that a failing seed stays the same failure while you change a scenario.
   */
  fork(): SimRandom {
    return new SimRandom(this.bits());
  }

  private bits(): number {
    // Sebastiano Vigna's splitmix64, in the 32-bit form by Tommy Ettinger.
    this.state = (this.state + 0x9e3779b9) | 0;
    let mixed = this.state ^ (this.state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }
}
