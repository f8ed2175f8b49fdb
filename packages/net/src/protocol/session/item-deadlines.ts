// Until when the items that arrive in parts must be whole: memory is reserved for all of an item, so whoever
// begins one and does not go on must not keep it for ever (protocol.md §4.11).
//
// O(1) for each item: what is due is searched only when the earliest time has come, which may be that of an item
// that is whole by now. Bound: the running streams.

import type { Stream } from "../stream/stream.js";

/** The streams on which an item has begun. */
export class ItemDeadlines {
  private readonly streams = new Set<Stream>();
  private earliest = Number.POSITIVE_INFINITY;

  /** An item has begun on the stream. */
  begin(stream: Stream, until: number): void {
    this.streams.add(stream);
    this.earliest = Math.min(this.earliest, until);
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
