// Small batches in one piece of memory: their bytes one behind the other, and two numbers for each. As objects of
// their own they would cost some 300 bytes each, where the peer was charged 18 for an item of one byte.
//
//   bytes  |batch a|item|item|item|batch b|....|
//   ends          5    6    7    8       20             counts   3    0    0    0    1      (0: an item by itself)
//
// Bound: 16 KiB of bytes, and 1,024 entries; then another one is begun.

import type { ItemsEvent } from "./bodies.js";

/** Batches of one stream, in order, each below `SMALL_BATCH` bytes or with small items. */
export class SmallBatches {
  private readonly streamId: number;
  private bytes = new Uint8Array(64);
  private ends: number[] = [];
  private counts: number[] = [];
  private next = 0;

  constructor(streamId: number) {
    this.streamId = streamId;
  }

  get isEmpty(): boolean {
    return this.next === this.ends.length;
  }

  /** Whether there is room for `entries` of `bytes` in all; a whole event always fits an empty one. */
  hasRoom(entries: number, bytes: number): boolean {
    return this.ends.length === 0 || (this.ends.length + entries <= ENTRIES && this.end + bytes <= BYTES);
  }

  push(event: ItemsEvent): void {
    if (event.kind === "batch") {
      this.add(event.payload, event.count);
      return;
    }
    for (const item of event.items) this.add(item, 0);
  }

  /** The next batch, or the next items as one event; to be called when it is not empty. */
  shift(): ItemsEvent {
    const { streamId, bytes, ends, counts } = this;
    let start = this.next === 0 ? 0 : (ends[this.next - 1] as number);
    const count = counts[this.next] as number;
    if (count > 0) {
      const payload = bytes.subarray(start, ends[this.next]);
      this.next += 1;
      return { kind: "batch", streamId, count, payload };
    }
    const items: Uint8Array[] = [];
    for (; this.next < ends.length && counts[this.next] === 0; this.next += 1) {
      const end = ends[this.next] as number;
      items.push(bytes.subarray(start, end));
      start = end;
    }
    return { kind: "items", streamId, items };
  }

  private get end(): number {
    return this.ends.at(-1) ?? 0;
  }

  private add(body: Uint8Array, count: number): void {
    const { end } = this;
    const needed = end + body.byteLength;
    if (needed > this.bytes.byteLength) {
      const larger = new Uint8Array(Math.max(needed, 2 * end));
      larger.set(this.bytes.subarray(0, end));
      this.bytes = larger;
    }
    this.bytes.set(body, end);
    this.ends.push(needed);
    this.counts.push(count);
  }
}

const ENTRIES = 1024;
const BYTES = 16_384;

/** Below so many bytes a batch, or an item on average, is kept here: its objects would weigh about as much. */
export const SMALL_BATCH = 512;
