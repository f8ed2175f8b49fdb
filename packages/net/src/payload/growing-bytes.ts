// Memory that codecs write to, handed out as views.
//
//   chunk  | batch 1 (handed out) | batch 2, being written ...        |      a view once handed out is never
//                                 ^ start        ^ at                        written to again

/** *Buffers:* one chunk, of four batches like the last one or 8 KiB, at most 128 KiB or one batch. */
export class GrowingBytes {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  at = 0;
  private start = 0;

  /** Bytes written since `begin`. */
  get length(): number {
    return this.at - this.start;
  }

  begin(): void {
    this.start = this.at;
  }

  /** What was written since `begin`. */
  take(): Uint8Array {
    return this.bytes.subarray(this.start, this.at);
  }

  /** Forgets what was written since `begin`. */
  drop(): void {
    this.at = this.start;
  }

  /** Makes sure that so many bytes can be written at `at`; `bytes` and `view` may be others afterwards. */
  reserve(count: number): void {
    if (this.at + count > this.bytes.length) this.grow(count);
  }

  private grow(count: number): void {
    const { start, at } = this;
    const length = at - start;
    // Four of a kind, so that a kept batch does not keep many times its bytes; at least doubled, as ever.
    const wanted = Math.min(Math.max(4 * length, SMALLEST_CHUNK), LARGEST_CHUNK);
    const bytes = new Uint8Array(Math.max(wanted, 2 * length + count));
    bytes.set(this.bytes.subarray(start, at));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.start = 0;
    this.at = length;
  }
}

const SMALLEST_CHUNK = 0x2000;
const LARGEST_CHUNK = 0x2_0000;
