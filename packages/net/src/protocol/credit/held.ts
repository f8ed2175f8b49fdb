// What arrived together, in the order it came: how many items, and what they were charged. A decoded batch is
// given back as a whole when its last item was taken, since its bytes lie in one piece of memory.
//
// Bound: each entry was charged at least the overhead of one item, so there are at most share / overhead.

/** A FIFO of received ITEMS frames that are not wholly consumed; a ring that doubles. */
export class Held {
  private counts: number[] = [0];
  private charges: number[] = [0];
  private head = 0;
  private size = 0;

  /** Books one frame. */
  add(count: number, charge: number): void {
    if (this.size === this.counts.length) this.grow();
    const at = (this.head + this.size) & (this.counts.length - 1);
    this.counts[at] = count;
    this.charges[at] = charge;
    this.size++;
  }

  /** `count` items more were taken, of no fewer held; the bytes that came free with them. */
  take(count: number): number {
    let left = count;
    let freed = 0;
    while (left > 0 && this.size > 0) {
      const first = this.counts[this.head] as number;
      if (first > left) {
        this.counts[this.head] = first - left;
        return freed;
      }
      left -= first;
      freed += this.charges[this.head] as number;
      this.head = (this.head + 1) & (this.counts.length - 1);
      this.size--;
    }
    return freed;
  }

  /** Takes back the frame that was booked last, of which nothing was taken; its bytes. */
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
