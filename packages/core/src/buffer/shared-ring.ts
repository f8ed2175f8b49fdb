// A bounded queue that many read at their own pace: one copy of each item, for as long as somebody has it before him.
//
//          head                          tail
//           v                             v
//   [ . . . a   b   c   d   e   f   g   h . . . ]      slots: a power of two, so that a position wraps with one AND
//           2   0   0   1   0   0   0   0  5           readers that stand at each position, the tail included
//
// Positions are totals and only grow. A reader stands at the item it takes next, or at the tail; when the last one
// has left the head, the head moves on to the next position at which somebody stands. So it costs no search to know
// what nobody needs any more.

import { checkCapacity } from "./ring.js";

const FIRST_SLOTS = 16;

/**
 * First-in first-out queue of at most `capacity` items, with readers that are told apart by their position alone.
 *
 * *Buffers:* `capacity` items, those between the reader that is furthest behind and the tail.
 */
export class SharedRing<T> {
  /** The most items held at once. */
  readonly capacity: number;
  /** Position of the oldest item held, and of the next that comes: read only. */
  head = 0;
  tail = 0;
  private slots: (T | undefined)[] = new Array(FIRST_SLOTS);
  private standing: number[] = new Array(FIRST_SLOTS).fill(0);

  /**
   * @param capacity in items, an integer >= 1
   * @param place whose capacity it is, for the message
   */
  constructor(capacity: number, place: string) {
    this.capacity = checkCapacity(place, capacity, 1);
  }

  /** Items held now. */
  get size(): number {
    return this.tail - this.head;
  }

  get isFull(): boolean {
    return this.tail - this.head === this.capacity;
  }

  /** A reader comes to stand at `position`, from head to tail. */
  enter(position: number): void {
    const { standing } = this;
    const slot = position & (standing.length - 1);
    standing[slot] = (standing[slot] as number) + 1;
  }

  /** The reader at `position` goes. */
  leave(position: number): void {
    const { standing } = this;
    const slot = position & (standing.length - 1);
    standing[slot] = (standing[slot] as number) - 1;
    if (position === this.head) this.release();
  }

  /** The reader at `from` goes on to `to`. */
  move(from: number, to: number): void {
    this.enter(to);
    this.leave(from);
  }

  /** The item at `position`, from the head on. */
  at(position: number): T {
    return this.slots[position & (this.slots.length - 1)] as T;
  }

  /** Adds at the tail, when there is room; an item that nobody stands before is not kept. */
  push(item: T): void {
    // Two more than there are: the item, and the new tail, at which readers stand too.
    if (this.size + 2 > this.slots.length) this.grow();
    this.slots[this.tail & (this.slots.length - 1)] = item;
    this.tail++;
    this.release();
  }

  private release(): void {
    const mask = this.slots.length - 1;
    while (this.head < this.tail && this.standing[this.head & mask] === 0) {
      this.slots[this.head & mask] = undefined; // an item that has left must not be kept alive
      this.head++;
    }
  }

  private grow(): void {
    const { slots, standing, head, tail } = this;
    const [mask, grownMask] = [slots.length - 1, slots.length * 2 - 1];
    this.slots = new Array(grownMask + 1);
    this.standing = new Array(grownMask + 1).fill(0);
    for (let position = head; position <= tail; position++) {
      this.slots[position & grownMask] = slots[position & mask];
      this.standing[position & grownMask] = standing[position & mask] as number;
    }
  }
}
