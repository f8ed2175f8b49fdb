// Node's credit in our words: a stream's `highWaterMark` is its room, in objects or in bytes, and demand is in items.
//
//   objects    room = highWaterMark - length
//   bytes      room = (highWaterMark - length) / the largest chunk so far, rounded down
//
// Where nothing is under way one item may always come: a chunk may be larger than any room.

import { replenishAt } from "@sluice/core/kit";

/** Says how many items to ask for, and keeps account of those that have not come. */
export class Room {
  /** Asked for and not yet come. */
  outstanding = 0;
  private readonly inObjects: boolean;
  /** The most that are outstanding at any time. */
  readonly most: number;
  private largest = Number.NaN;
  /** Asks again when no more than so many are outstanding: three quarters have come. */
  private low = 0;

  constructor(inObjects: boolean) {
    this.inObjects = inObjects;
    this.most = inObjects ? MOST_OBJECTS : MOST_CHUNKS;
  }

  /** Whether it is time to ask for more. */
  get isLow(): boolean {
    return this.outstanding <= this.low;
  }

  /** To be called with each item. */
  arrived(item: unknown): void {
    this.outstanding--;
    if (this.inObjects) return;
    const { byteLength, length } = (item ?? "") as Partial<Uint8Array>;
    const size = byteLength ?? length ?? 0; // a string's length is near enough
    if (!(size <= this.largest)) this.largest = size;
  }

  /** How many to ask for now, if the stream holds `length` of its `highWaterMark`; they count as outstanding. */
  take(highWaterMark: number, length: number): number {
    const room = highWaterMark - length;
    let most = Math.min(this.inObjects ? room : Math.floor(room / this.largest), this.most);
    if (!(most >= 1)) most = 1; // also before the first chunk has shown what they are like
    const n = most - this.outstanding;
    if (n <= 0) return 0;
    this.outstanding = most;
    this.low = most - replenishAt(most);
    return n;
  }
}

/**
 * However small the chunks so far were, the next ones may be large: no more than so many can come as a surprise. A
 * request for each 48 chunks costs nothing that could be measured.
 */
const MOST_CHUNKS = 64;
/** A `highWaterMark` may be any number; a request of more brings nothing. */
const MOST_OBJECTS = 65_536;
