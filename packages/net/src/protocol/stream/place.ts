// Where a stream stands among those that wait for a turn: how urgent it is, and what it has had of its share.
// Written by session/rings.ts alone.

/** Least and most urgent (protocol.md §6.3; the scale of RFC 9218 §4.1). */
export const MOST_URGENT = 0;
export const LEAST_URGENT = 7;

/** A stream's place in the order of sending. All numbers are bytes or counts. */
export class Place {
  /** 0, first, to 7. */
  urgency: number;
  /** Bytes that it may still send on its visit; below 0 what it has sent too much, and owes to the others. */
  deficit = 0;
  /** Its visit has begun: it has had its quantum and not spent it. */
  visited = false;
  /** Number of the visit behind which it came into its ring: who has the lowest waits for longest. */
  since = 0;

  constructor(urgency: number) {
    this.urgency = urgency;
  }
}
