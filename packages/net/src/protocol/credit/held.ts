// What arrived together, in the order it came: how many items, and what they were charged. A decoded batch is
// given back as a whole when its last item was taken, since its bytes lie in one piece of memory.
//
// Bound: each entry was charged at least the overhead of one item, so there are at most share / overhead.

/** A FIFO of received ITEMS frames that are not wholly consumed. */
export class Held {
  // The first frame stands here, so that a stream that holds one at a time needs no list: most do. 0: there is none.
  private count = 0;
  private charge = 0;
  private others: HeldRing | undefined = undefined;

  /** Books one frame. */
  add(count: number, charge: number): void {
    if (this.count > 0) {
      this.others ??= new HeldRing();
      this.others.add(count, charge);
      return;
    }
    this.count = count;
    this.charge = charge;
  }

  /** `count` items more were taken, of no fewer held; the bytes that came free with them. */
  take(count: number): number {
    let left = count;
    let freed = 0;
    while (left > 0 && this.count > 0) {
      if (this.count > left) {
        this.count -= left;
        return freed;
      }
      left -= this.count;
      freed += this.charge;
      this.next();
    }
    return freed;
  }

  /** Takes back the frame that was booked last, of which nothing was taken; its bytes. */
  dropLast(): number {
    if (this.others !== undefined && this.others.size > 0) return this.others.dropLast();
    this.count = 0;
    return this.charge;
  }

  private next(): void {
    const { others } = this;
    if (others === undefined || others.size === 0) {
      this.count = 0;
      return;
    }
    this.count = others.firstCount;
    this.charge = others.firstCharge;
    others.dropFirst();
  }
}

// The frames behind the first one; a ring that doubles.
class HeldRing {
  size = 0;
  private counts: number[] = [0, 0];
  private charges: number[] = [0, 0];
  private head = 0;

  get firstCount(): number {
    return this.counts[this.head] as number;
  }

  get firstCharge(): number {
    return this.charges[this.head] as number;
  }

  add(count: number, charge: number): void {
    if (this.size === this.counts.length) this.grow();
    const at = (this.head + this.size) & (this.counts.length - 1);
    this.counts[at] = count;
    this.charges[at] = charge;
    this.size++;
  }

  dropFirst(): void {
    this.head = (this.head + 1) & (this.counts.length - 1);
    this.size--;
  }

  dropLast(): number {
    this.size--;
    return this.charges[(this.head + this.size) & (this.counts.length - 1)] as number;
  }

  private grow(): void {
    const from = this.head;
    const turn = (ring: number[]): number[] => [
      ...ring.slice(from),
      ...ring.slice(0, from),
      ...ring.map(() => 0),
    ];
    this.counts = turn(this.counts);
    this.charges = turn(this.charges);
    this.head = 0;
  }
}
