// Encoded batches that subscribers have yet to take, each held once whatever the number of them.
//
//   head ──► [batch, 2 wait] ──► [batch, 2 wait] ──► [batch, 5 wait] ──► undefined: the tail
//              ^ reader A                              ^ readers B, C, D
//
// A batch counts those who have it before them. Readers come in at the tail, so the counts never fall from head to tail,
// and what nobody waits for any more is always at the head. Bound: who appends looks at `items` and `bytes`
// (shared-run.ts).

import type { SharedItems } from "../../protocol/frame/shared-items.js";

/** One batch in the ring. */
export interface RingEntry {
  items: SharedItems;
  /** How many have not passed it. */
  waiting: number;
  next: RingEntry | undefined;
}

/** A list that lets go at its head what everybody has passed. */
export class EncodedRing {
  /** What it holds. */
  items = 0;
  bytes = 0;
  head: RingEntry | undefined = undefined;
  private last: RingEntry | undefined = undefined;

  /** `waiting`: how many are to take it, at least 1. */
  append(items: SharedItems, waiting: number): RingEntry {
    const entry: RingEntry = { items, waiting, next: undefined };
    if (this.last === undefined) this.head = entry;
    else this.last.next = entry;
    this.last = entry;
    this.items += items.count;
    this.bytes += items.bytes.length;
    return entry;
  }

  /** One who had it before them has passed it; answers what comes next for them. */
  pass(entry: RingEntry): RingEntry | undefined {
    const { next } = entry;
    entry.waiting--;
    while (this.head !== undefined && this.head.waiting === 0) this.drop(this.head);
    return next;
  }

  /** Makes two of it, for all who have it before them. */
  split(entry: RingEntry, [first, rest]: readonly [SharedItems, SharedItems]): void {
    const second: RingEntry = { items: rest, waiting: entry.waiting, next: entry.next };
    this.bytes += first.bytes.length + rest.bytes.length - entry.items.bytes.length;
    entry.items = first;
    entry.next = second;
    if (this.last === entry) this.last = second;
  }

  private drop(entry: RingEntry): void {
    this.items -= entry.items.count;
    this.bytes -= entry.items.bytes.length;
    this.head = entry.next;
    if (this.head === undefined) this.last = undefined;
    // An old entry that is dead must not keep young ones alive until the next full collection.
    entry.next = undefined;
  }
}
