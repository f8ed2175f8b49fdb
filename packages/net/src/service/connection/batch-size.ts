// How many items the next message may ask of a source (protocol.md B13): what credit covers and a message takes,
// by the size of the items that came lately.

import type { Turn } from "../../protocol/session/session-api.js";

/** Recent item size, and what follows from it. */
export class BatchSize {
  /** Encoded bytes of an item lately. */
  private itemBytes = FIRST_ITEM_BYTES;
  /** Items of the next batch at most. */
  private most = FIRST_BATCH;

  /** Items that may be pending and asked for together; at least one while there is item credit. */
  limit(turn: Turn, itemOverhead: number): number {
    const covered = Math.floor(turn.bytes / (this.itemBytes + itemOverhead));
    const fitting = Math.floor(turn.target / this.itemBytes);
    return Math.min(turn.items, this.most, Math.max(1, Math.min(covered, fitting)));
  }

  /**
   * Takes the size from a batch that was sent: at once when items grow, by a quarter when they shrink, so that one
   * small batch between large ones does not ask for too many. The next batch has at most four times the items of
   * this one, for the first ones say little.
   */
  learn(bytes: number, count: number): void {
    const latest = Math.max(1, bytes / count);
    this.itemBytes = latest >= this.itemBytes ? latest : (3 * this.itemBytes + latest) / 4;
    if (count >= this.most) this.most = Math.min(MAX_BATCH, 4 * count);
  }
}

/**
 * Items asked ahead at most, whatever their size: bounds what a sudden change of size can cost, from tiny items to
 * the largest. In columns N1 takes 2,530 instructions an item with 512, 2,300 with this, and no fewer with 2,048.
 */
export const MAX_BATCH = 1_024;

/** Before the first batch nothing is known of the items: 16 of 1 KiB are half a message. */
const FIRST_BATCH = 16;
const FIRST_ITEM_BYTES = 1024;
