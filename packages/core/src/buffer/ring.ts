// A bounded first-in first-out queue, the only one in core with one reader.
//
//          head                tail = head + size
//           v                   v
//   [ . . . a b c d e f g h i j . . . ]      slots: a power of two, so that an index wraps with one AND
//
// Slots are made as they are needed: an idle stream with room for a million items costs none.

import { describe } from "../spec/describe.js";

const FIRST_SLOTS = 16;

/**
 * First-in first-out queue of at most `capacity` items.
 *
 * *Buffers:* `capacity` items, never more: `push` on a full ring throws, because what happens on overflow is
 * a choice that the caller has to make first.
 *
 * @example
 * ```ts
 * import { Ring } from "@sluice/core/kit";
 * const waiting = new Ring<string>(2);
 * waiting.push("a");
 * waiting.push("b");
 * console.log(waiting.isFull, waiting.shift(), waiting.size); // prints true a 1
 * ```
 */
export class Ring<T> {
  /** The most items held at once. */
  readonly capacity: number;
  private slots: (T | undefined)[] = [];
  private head = 0;
  private count = 0;

  /** @param capacity in items, an integer >= 1 */
  constructor(capacity: number) {
    this.capacity = checkCapacity("a Ring", capacity, 1);
  }

  /** Items held now. */
  get size(): number {
    return this.count;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  get isFull(): boolean {
    return this.count === this.capacity;
  }

  /** Adds at the tail. Throws a `RangeError` when full: look at `isFull` first. */
  push(item: T): void {
    if (this.count === this.slots.length || this.count === this.capacity) this.grow();
    this.slots[(this.head + this.count) & (this.slots.length - 1)] = item;
    this.count++;
  }

  /** Takes the oldest item. Throws a `RangeError` when empty: look at `isEmpty` first. */
  shift(): T {
    if (this.count === 0) throw new RangeError("The Ring is empty: check isEmpty first");
    const item = this.slots[this.head] as T;
    this.slots[this.head] = undefined; // an item that has left must not be kept alive
    this.head = (this.head + 1) & (this.slots.length - 1);
    this.count--;
    return item;
  }

  /** Drops all items and the slots made for them. */
  clear(): void {
    this.slots = [];
    this.head = 0;
    this.count = 0;
  }

  private grow(): void {
    if (this.count === this.capacity) {
      throw new RangeError("The Ring is full: check isFull first");
    }
    const grown: (T | undefined)[] = new Array(this.slots.length * 2 || FIRST_SLOTS);
    for (let i = 0; i < this.count; i++) grown[i] = this.slots[(this.head + i) & (this.slots.length - 1)];
    this.slots = grown;
    this.head = 0;
  }
}

/**
 * Returns `capacity`, or what `option` names it, if it is an integer in [least, 2^30], throws a `RangeError` that names `place` otherwise.
 * 2^30 slots are as many as an array can have in practice; an unbounded buffer is refused by design.
 *
 * @example
 * ```ts
 * import { checkCapacity } from "@sluice/core/kit";
 * console.log(checkCapacity("my queue", 64, 1)); // prints 64
 * ```
 */
export function checkCapacity(
  place: string,
  capacity: number,
  least: 0 | 1,
  option: string = "capacity",
): number {
  if (!Number.isInteger(capacity) || capacity < least || capacity > 2 ** 30) {
    throw new RangeError(
      `Cannot give ${place} the ${option} ${describe(capacity)}: it must be an integer from ${least} to 2^30`,
    );
  }
  return capacity;
}
