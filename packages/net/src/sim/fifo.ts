// A first-in first-out queue that can be looked at: core's Ring, which cannot, serves where nobody has to look.

const FIRST_SLOTS = 16;

/** *Buffers:* `capacity` items; `push` on a full one throws: look at `isFull` first. */
export class Fifo<T> implements Iterable<T> {
  private readonly capacity: number;
  private slots: (T | undefined)[] = new Array(FIRST_SLOTS);
  private head = 0;
  size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get isFull(): boolean {
    return this.size >= this.capacity;
  }

  push(item: T): void {
    if (this.isFull)
      throw new RangeError(`Cannot hold more than ${this.capacity} items: look at isFull first`);
    if (this.size === this.slots.length) this.grow();
    this.slots[(this.head + this.size) & (this.slots.length - 1)] = item;
    this.size += 1;
  }

  /** The oldest item, which stays. */
  peek(): T | undefined {
    return this.slots[this.head];
  }

  shift(): T | undefined {
    const item = this.slots[this.head];
    if (this.size === 0) return undefined;
    this.slots[this.head] = undefined;
    this.head = (this.head + 1) & (this.slots.length - 1);
    this.size -= 1;
    return item;
  }

  clear(): void {
    this.slots = new Array(FIRST_SLOTS);
    this.head = 0;
    this.size = 0;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.size; i++) yield this.slots[(this.head + i) & (this.slots.length - 1)] as T;
  }

  private grow(): void {
    const items = [...this];
    this.slots = new Array(this.slots.length * 2);
    for (const [index, item] of items.entries()) this.slots[index] = item;
    this.head = 0;
  }
}
