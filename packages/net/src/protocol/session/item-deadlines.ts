// Until when the items that arrive in parts must be whole: memory is reserved for all of an item, so whoever
// begins one and does not go on must not keep it for ever (protocol.md §4.11).
//
// O(1) for each item: what is due is searched only when the earliest time has come, which may be that of an item
// that is whole by now. Bound: the running streams.

import type { Assembly } from "../stream/assembly.js";
import type { Stream } from "../stream/stream.js";

/** The streams on which an item has begun. */
export class ItemDeadlines {
  private readonly itemMs: number;
  private readonly streams = new Set<Stream>();
  private earliest = Number.POSITIVE_INFINITY;

  /** `itemMs`: time for an item of no length. */
  constructor(itemMs: number) {
    this.itemMs = itemMs;
  }

  /** An item has begun on the stream. */
  begin(stream: Stream, assembly: Assembly, now: number): void {
    assembly.until = now + this.itemMs + Math.ceil(assembly.total / BYTES_A_MS);
    this.streams.add(stream);
    this.earliest = Math.min(this.earliest, assembly.until);
  }

  /** The session goes on over another transport: all have their time anew. */
  restart(now: number): void {
    this.earliest = Number.POSITIVE_INFINITY;
    for (const stream of this.streams) {
      if (stream.inbound.assembly !== undefined) this.begin(stream, stream.inbound.assembly, now);
    }
  }

  /** It is whole, or the stream is over. */
  end(stream: Stream): void {
    if (this.streams.delete(stream) && this.streams.size === 0) this.earliest = Number.POSITIVE_INFINITY;
  }

  /** When to ask `overdue`. */
  nextTick(): number {
    return this.earliest;
  }

  /** The streams whose time is over; they are forgotten. */
  overdue(now: number): readonly Stream[] {
    if (now < this.earliest) return NONE;
    const late: Stream[] = [];
    this.earliest = Number.POSITIVE_INFINITY;
    for (const stream of this.streams) {
      const { assembly } = stream.inbound;
      if (assembly?.isKept === true && now < assembly.until) {
        this.earliest = Math.min(this.earliest, assembly.until);
        continue;
      }
      this.streams.delete(stream);
      if (assembly?.isKept === true) late.push(stream);
    }
    return late;
  }
}

const NONE: readonly Stream[] = [];

// Bytes of an item that come in a millisecond at least: 64 KB/s. Judgement.
const BYTES_A_MS = 64;
