// Numbers that look random and are the same for the same seed, in every runtime: an input is known by its seed.

/** A generator of numbers (xorshift, 32 bits), with what the fuzz asks of it. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not give neighbouring numbers (the finalizer of MurmurHash3).
    let mixed = (seed ^ 0x9e3779b9) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    this.state = (mixed ^ (mixed >>> 16)) >>> 0 || 1;
  }

  /** An integer from 0 to `below` - 1. */
  int(below: number): number {
    let { state } = this;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state >>> 0;
    return this.state % below;
  }

  /** True once in so many times. */
  once(inHowMany: number): boolean {
    return this.int(inHowMany) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) bytes[i] = this.int(256);
    return bytes;
  }

  /** A number as hostile peers like them: small, at a border of the encoding, of a limit, or anything. */
  number(): number {
    switch (this.int(6)) {
      case 0:
        return this.int(4);
      case 1:
        return this.int(300);
      case 2:
        return Math.max(0, this.pick(BORDERS) + this.int(3) - 1);
      case 3:
        return this.int(2 ** 30);
      default:
        return this.int(20);
    }
  }
}

// Where the length of an integer grows, and what limits are by default.
const BORDERS = [127, 128, 256, 1024, 4096, 16_383, 16_384, 65_536, 2 ** 20, 2 ** 21, 2 ** 31, 2 ** 53 - 2];
