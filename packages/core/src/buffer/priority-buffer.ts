// A bounded queue that is left in the order of arrival, and gives up the lowest priority first when it is full.
//
//   oldest --newer--> entry --newer--> ... --> newest        the order in which items leave
//
//   lowest [ a heap of the same entries, by priority, then by arrival ]       the order in which they are given up
//
// Each entry knows its place in both, so that whoever leaves one is taken out of the other: O(1) in the list,
// O(log n) in the heap. A Set in place of the list was tried: an iterator that stands before its oldest entry keeps all
// that left since it was last moved, and a new one for each item steps over the holes.

import { checkCapacity } from "./ring.js";

interface Entry<T> {
  readonly item: T;
  readonly priority: number;
  /** Counts up: the lower came first. */
  readonly arrival: number;
  older: Entry<T> | undefined;
  newer: Entry<T> | undefined;
  /** Index in the heap. */
  place: number;
}

/**
 * First-in first-out queue of at most `capacity` items that can also be relieved of its lowest priority.
 *
 * *Buffers:* `capacity` items, never more: `push` on a full one throws. Among equal priorities the oldest is the
 * lowest. Pushing and removing take O(log n).
 *
 * @example
 * ```ts
 * import { PriorityBuffer } from "@sluice/core/kit";
 * const waiting = new PriorityBuffer<string>(3);
 * waiting.push("a", 2);
 * waiting.push("b", 1);
 * waiting.push("c", 2);
 * console.log(waiting.shiftLowest(), waiting.shift(), waiting.size); // prints b a 1
 * ```
 */
export class PriorityBuffer<T> {
  /** The most items held at once. */
  readonly capacity: number;
  private readonly heap: Entry<T>[] = [];
  private oldest: Entry<T> | undefined = undefined;
  private newest: Entry<T> | undefined = undefined;
  private arrivals = 0;

  /** @param capacity in items, an integer >= 1 */
  constructor(capacity: number) {
    this.capacity = checkCapacity("a PriorityBuffer", capacity, 1);
  }

  /** Items held now. */
  get size(): number {
    return this.heap.length;
  }

  get isFull(): boolean {
    return this.size === this.capacity;
  }

  /** The lowest priority held; `Infinity` when empty. */
  get lowest(): number {
    return this.heap[0]?.priority ?? Number.POSITIVE_INFINITY;
  }

  /** Adds an item as the newest. Throws a `RangeError` when full: look at `isFull` first. */
  push(item: T, priority: number): void {
    if (this.isFull) throw new RangeError("The PriorityBuffer is full: check isFull first");
    const older = this.newest;
    const entry = { item, priority, arrival: this.arrivals++, older, newer: undefined, place: this.size };
    if (older === undefined) this.oldest = entry;
    else older.newer = entry;
    this.newest = entry;
    this.heap.push(entry);
    this.rise(entry);
  }

  /** Takes the oldest item. Throws a `RangeError` when empty: look at `size` first. */
  shift(): T {
    return this.remove(this.oldest);
  }

  /** Takes the item of the lowest priority, the oldest of several. Throws a `RangeError` when empty. */
  shiftLowest(): T {
    return this.remove(this.heap[0]);
  }

  private remove(entry: Entry<T> | undefined): T {
    if (entry === undefined) throw new RangeError("The PriorityBuffer is empty: check size first");
    const { older, newer } = entry;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    const last = this.heap.pop();
    if (last !== undefined && last !== entry) {
      this.set(last, entry.place);
      this.rise(last);
      this.sink(last);
    }
    return entry.item;
  }

  private rise(entry: Entry<T>): void {
    while (entry.place > 0) {
      const parent = this.heap[(entry.place - 1) >> 1] as Entry<T>;
      if (!isLower(entry, parent)) return;
      this.swap(entry, parent);
    }
  }

  private sink(entry: Entry<T>): void {
    for (;;) {
      const left = this.heap[2 * entry.place + 1];
      const right = this.heap[2 * entry.place + 2];
      const child = right !== undefined && left !== undefined && isLower(right, left) ? right : left;
      if (child === undefined || !isLower(child, entry)) return;
      this.swap(child, entry);
    }
  }

  private swap(a: Entry<T>, b: Entry<T>): void {
    const { place } = a;
    this.set(a, b.place);
    this.set(b, place);
  }

  private set(entry: Entry<T>, place: number): void {
    this.heap[place] = entry;
    entry.place = place;
  }
}

function isLower(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.arrival < b.arrival);
}
