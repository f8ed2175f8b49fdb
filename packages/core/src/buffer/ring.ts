// A bounded first-in first-out queue, the only one in core.
//
//          head                tail = head + size
//           v                   v
//   [ . . . a b c d e f g h i j . . . ]      slots: a power of two, so that an index wraps with one AND
//
// Slots are made as they are needed, up to the power of two that holds `capacity`: an idle stream with room
// for a million items costs sixteen slots.

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
  private slots: (T | undefined)[];
  private head = 0;
  private count = 0;

  /** @param capacity in items, an integer >= 1 */
  constructor(capacity: number) {
    this.capacity = checkCapacity("a Ring", capacity, 1);
    this.slots = new Array(Math.min(FIRST_SLOTS, powerOfTwo(capacity)));
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
    if (this.count === 0) throw new RangeError("Cannot shift from an empty Ring: look at isEmpty first");
    const item = this.slots[this.head] as T;
    this.slots[this.head] = undefined; // an item that has left must not be kept alive
    this.head = (this.head + 1) & (this.slots.length - 1);
    this.count--;
    return item;
  }

  /** The oldest item, left where it is; `undefined` when empty. */
  peek(): T | undefined {
    return this.slots[this.head];
  }

  /** For loops that read by index: where the items are, from `headIndex` on, `contiguous` of them. */
  get slotsInPlace(): readonly (T | undefined)[] {
    return this.slots;
  }

  get headIndex(): number {
    return this.head;
  }

  /** Items that follow each other in the slots before the wrap. */
  get contiguous(): number {
    return Math.min(this.count, this.slots.length - this.head);
  }

  /** Takes the `n` oldest, which have been read in place. Throws a `RangeError` for more than are held. */
  discard(n: number): void {
    if (n > this.count)
      throw new RangeError(`Cannot discard ${n} items from a Ring that holds ${this.count}`);
    const { slots } = this;
    const end = this.head + n;
    slots.fill(undefined, this.head, Math.min(end, slots.length));
    if (end > slots.length) slots.fill(undefined, 0, end - slots.length);
    this.head = end & (slots.length - 1);
    this.count -= n;
  }

  /** Drops all items and the slots made for them. */
  clear(): void {
    this.slots = new Array(Math.min(FIRST_SLOTS, powerOfTwo(this.capacity)));
    this.head = 0;
    this.count = 0;
  }

  private grow(): void {
    if (this.count === this.capacity) {
      throw new RangeError(
        `Cannot push on a Ring that holds its capacity of ${this.capacity} items: look at isFull first`,
      );
    }
    const grown: (T | undefined)[] = new Array(this.slots.length * 2);
    for (let i = 0; i < this.count; i++) grown[i] = this.slots[(this.head + i) & (this.slots.length - 1)];
    this.slots = grown;
    this.head = 0;
  }
}

/**
 * Returns `capacity` if it is an integer in [least, 2^30], throws a `RangeError` that names `place` otherwise.
 * 2^30 slots are as many as an array can have in practice; an unbounded buffer is refused by design.
 *
 * @example
 * ```ts
 * import { checkCapacity } from "@sluice/core/kit";
 * console.log(checkCapacity("my queue", 64, 1)); // prints 64
 * ```
 */
export function checkCapacity(place: string, capacity: number, least: 0 | 1): number {
  if (!Number.isInteger(capacity) || capacity < least || capacity > 2 ** 30) {
    throw new RangeError(
      `Cannot give ${place} the capacity ${String(capacity)}: it must be an integer from ${least} to 2^30; every buffer is bounded`,
    );
  }
  return capacity;
}

function powerOfTwo(atLeast: number): number {
  let power = 1;
  while (power < atLeast) power *= 2;
  return power;
}
