// What happened, as lines of text: the same seed gives the same lines, byte for byte. The hash covers all of
// them; the lines themselves are kept up to a bound, the newest ones, with a count of those let go.

import { Ring } from "@sluice/core/kit";

/**
 * The trace of a simulation.
 *
 * *Buffers:* the newest `capacity` lines; `dropped` counts the older ones, and `hash` covers all.
 *
 * @example
 * ```ts
 * import { SimTrace } from "@sluice/net/sim";
 * const trace = new SimTrace(2);
 * for (const line of ["a", "b", "c"]) trace.add(line);
 * console.log(trace.lines, trace.dropped); // prints [ 'b', 'c' ] 1
 * ```
 */
export class SimTrace {
  private readonly kept: Ring<string>;
  private count = 0;
  private high = 0x811c9dc5;
  private low = 0x1000193;

  /** @param capacity lines that are kept, an integer >= 1 */
  constructor(capacity: number) {
    this.kept = new Ring(capacity);
  }

  /** Appends a line. */
  add(line: string): void {
    if (this.kept.isFull) this.kept.shift();
    this.kept.push(line);
    this.count += 1;
    for (let i = 0; i < line.length; i++) this.mix(line.charCodeAt(i));
    this.mix(0x0a);
  }

  /** The lines that are kept, oldest first. */
  get lines(): readonly string[] {
    const lines: string[] = [];
    for (let left = this.kept.size; left > 0; left--) {
      const line = this.kept.shift();
      lines.push(line);
      this.kept.push(line);
    }
    return lines;
  }

  /** Lines that were let go, because the trace was full. */
  get dropped(): number {
    return this.count - this.kept.size;
  }

  /** 16 hexadecimal digits over all lines, those let go included: two runs are the same when theirs are. */
  get hash(): string {
    return hex(this.high) + hex(this.low);
  }

  /** The last `count` lines as text, with a first line that says how many are missing. */
  tail(count: number): string {
    const lines = this.lines.slice(-count);
    const missing = this.count - lines.length;
    return (missing > 0 ? [`… ${missing} lines before`, ...lines] : lines).join("\n");
  }

  // Two FNV-1a hashes with different starts and turns; enough to tell runs apart, and no more is claimed.
  private mix(code: number): void {
    this.high = Math.imul(this.high ^ code, 0x01000193) >>> 0;
    this.low = Math.imul((this.low << 5) ^ (this.low >>> 27) ^ code, 0x85ebca6b) >>> 0;
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
