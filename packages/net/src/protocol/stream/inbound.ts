// The receiving direction of a stream: what the peer may send, what is held here, what the local subscriber
// took, and when that is worth a new grant.
//
// Items follow the subscriber's demand. Bytes follow a window of fixed size, the stream's exclusive share of
// the receive budget: limit = bytes taken + share. So held + unsent never exceeds the share, whatever the size
// of the items, and no stream lives on another one's memory (protocol.md §4.5).

import { Reader } from "../byte/reader.js";
import { CreditGranted } from "../credit/credit-granted.js";
import { Held } from "../credit/held.js";
import { isGrantDue } from "../credit/replenish.js";
import type { CompleteFrame } from "../frame/complete.js";
import type { ErrorFrame } from "../frame/error.js";
import { checkItemSize, type ItemsFrame, splitItems } from "../frame/items.js";
import { MAX_POSITION, SMALLEST_GRANT } from "../limits.js";
import { violation } from "../protocol-error.js";

/** The sizes of this side that bind what it receives. */
export interface InboundSizes {
  readonly shareBytes: number;
  readonly itemOverhead: number;
  readonly itemBytes: number;
}

/** Credit and holdings of one stream's direction from the peer to us. */
export class Inbound {
  readonly items: CreditGranted;
  readonly bytes: CreditGranted;
  private readonly sizes: InboundSizes;
  private readonly held = new Held();
  private demand: number;

  /** `demand`: the item credit that the peer has from the beginning; its byte credit is the whole share. */
  constructor(sizes: InboundSizes, demand: number) {
    this.sizes = sizes;
    this.demand = demand;
    this.items = new CreditGranted(demand);
    this.bytes = new CreditGranted(sizes.shareBytes);
  }

  /** Charges an ITEMS frame to the credit, before its payload is looked at (protocol.md §4.3). */
  charge(frame: ItemsFrame): void {
    const { streamId, count, payload } = frame;
    // The count first: it may be so large that the charge cannot be computed exactly.
    if (this.items.receive(count) === "overdraft") {
      throw violation(
        "ITEM_CREDIT_EXCEEDED",
        `Cannot take ${count} items on stream ${streamId}: ${this.items.unsent} more were granted`,
        "§4.3",
      );
    }
    const charge = payload.length + count * this.sizes.itemOverhead;
    if (this.bytes.receive(charge) === "overdraft") {
      throw violation(
        "BYTE_CREDIT_EXCEEDED",
        `Cannot take ${charge} bytes on stream ${streamId}: ${this.bytes.unsent} more were granted`,
        "§4.3",
      );
    }
    this.held.add(count, charge);
  }

  /** The items of a charged frame with body `items`, as views. */
  split(frame: ItemsFrame): Uint8Array[] {
    return splitItems(new Reader(frame.payload), frame.count, this.sizes.itemBytes);
  }

  /** Checks a charged frame with body `batch`: of one item, the size is known. */
  checkBatch(frame: ItemsFrame): void {
    if (frame.count === 1) checkItemSize(frame.payload.length, this.sizes.itemBytes);
  }

  /** The local subscriber's demand since the beginning, as a total; it never falls. */
  demandUpTo(total: number): void {
    this.demand = Math.max(this.demand, Math.min(total, MAX_POSITION));
  }

  /** The local subscriber took `count` more of the items that are held. */
  consume(count: number): void {
    this.items.deliver(count);
    this.bytes.deliver(this.held.take(count));
  }

  /** Lets go what is held: cancelled or failed. */
  discard(): void {
    this.held.take(this.items.held);
    this.items.discard();
    this.bytes.discard();
  }

  /** Whether new limits are worth a frame. */
  isGrantDue(): boolean {
    const { items, bytes, sizes } = this;
    const smallest = Math.min(SMALLEST_GRANT, Math.ceil(sizes.shareBytes / 8));
    return (
      isGrantDue(this.demand - items.granted, items.unsent, this.demand - items.delivered, 1) ||
      isGrantDue(this.byteLimit() - bytes.granted, bytes.unsent, sizes.shareBytes, smallest)
    );
  }

  /** Raises both limits as far as they go; what CREDIT states. */
  grant(): { readonly items: number; readonly bytes: number } {
    this.items.raise(this.demand);
    this.bytes.raise(this.byteLimit());
    return { items: this.items.granted, bytes: this.bytes.granted };
  }

  /** The peer ended with these positions (protocol.md §4.6). */
  end(frame: CompleteFrame | ErrorFrame): void {
    if (this.items.end(frame.items) === "exact" && this.bytes.end(frame.bytes) === "exact") return;
    throw violation(
      "POSITION_MISMATCH",
      `Cannot close stream ${frame.streamId} at item ${frame.items}, byte ${frame.bytes}: ${this.items.received} items, ${this.bytes.received} bytes arrived`,
      "§4.6",
    );
  }

  private byteLimit(): number {
    return this.bytes.delivered + this.sizes.shareBytes;
  }
}
