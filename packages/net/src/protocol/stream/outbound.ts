// The sending direction of a stream: what the peer's credit covers, and how many items may be asked of the
// local publisher for it. What is sent goes straight into the message; only an item that is too large for one is
// held, until the last of its parts is written:
//
//   whole items ──► message          item > target ─────────► large ──turn──► part ─┬─► message
//                                                               ▲                   │
//                                                               └── bytes are left ─┘ last part: COMPLETE, if it was said

import { CreditSpent } from "../credit/credit-spent.js";
import type { LimitName } from "../frame/blocked.js";
import type { LargeItem } from "./large-item.js";

/** The peer's sizes that bind what we send. */
export interface OutboundSizes {
  readonly itemOverhead: number;
  readonly itemBytes: number;
  readonly shareBytes: number;
}

/** Credit and position of one stream's direction from us to the peer. */
export class Outbound {
  readonly items: CreditSpent;
  readonly bytes: CreditSpent;
  /** The local publisher has something for this stream: it wants turns when there is credit. */
  offered = false;
  /** Since when it is offered and lacks credit; undefined while it does not. */
  blockedSince: number | undefined = undefined;
  /** Charge of the next item, known because it was not covered; 0 while it is not known. */
  nextCharge = 0;
  /** An item that goes in parts; its credit is spent with the first one. */
  large: LargeItem | undefined = undefined;
  /** The local side has completed the direction, which ends behind the last part. */
  isCompleting = false;
  private readonly sizes: OutboundSizes;
  private recentCharge: number;

  constructor(sizes: OutboundSizes, items: number, bytes: number) {
    this.sizes = sizes;
    this.items = new CreditSpent(items);
    this.bytes = new CreditSpent(bytes);
    // Nothing is known of the items yet, so the first are taken for the largest: an optimistic guess would
    // let the publisher hand over a window of items that the credit cannot carry.
    this.recentCharge = sizes.itemBytes + sizes.itemOverhead;
  }

  /** What a frame of `count` items with `length` bytes after the count is charged. */
  charge(count: number, length: number): number {
    return length + count * this.sizes.itemOverhead;
  }

  /** Whether credit covers it whole; nothing is sent in part (protocol.md §4.3). */
  covers(count: number, charge: number): boolean {
    return count <= this.items.available && charge <= this.bytes.available;
  }

  /** Books a frame that goes. */
  spend(count: number, charge: number): void {
    this.items.spend(count);
    this.bytes.spend(charge);
    this.nextCharge = 0;
    // Whole bytes: V8 keeps a box for each field that ever had a fraction, and writes it anew each time.
    this.recentCharge = Math.ceil(charge / count);
  }

  /** The next item, alone, is charged so much, and byte credit does not cover it. */
  wants(charge: number): void {
    this.nextCharge = charge;
  }

  /**
   * The byte limit that the next item needs and that does not come by itself; 0: none. What fits half of the share
   * needs no word (protocol.md §4.12): a receiver that holds nothing grants when half a window is free.
   */
  get needed(): number {
    const { nextCharge, bytes, items } = this;
    if (nextCharge <= bytes.available || 2 * nextCharge <= this.sizes.shareBytes) return 0;
    return items.available > 0 ? bytes.sent + nextCharge : 0;
  }

  /**
   * Items that may be asked of the local publisher: what item credit allows and what byte credit covers if
   * items go on as the last ones were. One at least while any byte credit is left; if that one turns out too
   * large it waits, encoded, until credit comes.
   */
  askable(): number {
    if (this.bytes.available < this.sizes.itemOverhead) return 0;
    const covered = Math.max(1, Math.floor(this.bytes.available / this.recentCharge));
    return Math.min(this.items.available, covered);
  }

  /** The limit that stops this direction, if one does. */
  stoppedBy(): LimitName | undefined {
    if (this.items.available === 0) return "items";
    const next = this.nextCharge > 0 ? this.nextCharge : this.sizes.itemOverhead;
    return this.bytes.available < next ? "bytes" : undefined;
  }

  /** Takes limits that the peer states. */
  raise(items: number, bytes: number): "raised" | "unchanged" {
    const byItems = this.items.raise(items);
    const byBytes = this.bytes.raise(bytes);
    return byItems === "raised" || byBytes === "raised" ? "raised" : "unchanged";
  }
}
