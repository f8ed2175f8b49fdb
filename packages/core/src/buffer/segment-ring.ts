// A ring whose items can be looked at where they lie: prefetch hands them to the prepared loops of
// kit/indexed-loop.ts, which read by index; mapAsync looks whether the oldest call has its result.

import { Ring } from "./ring.js";

/** A `Ring` whose oldest items can be read where they lie and then discarded together. */
export class SegmentRing<T> extends Ring<T> {
  /** The oldest item, left where it is; `undefined` when empty. */
  peek(): T | undefined {
    return this.slots[this.head];
  }

  /** Where the items are, from `headIndex` on, `contiguous` of them. */
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
}
