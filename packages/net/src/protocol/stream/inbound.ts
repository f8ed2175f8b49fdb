// The receiving direction of a stream: what the peer may send, what is held here, what the local subscriber
// took, and when that is worth a new grant.
//
// Items follow the subscriber's demand. Bytes follow a window that begins at the stream's exclusive share of the
// receive budget and grows by loans (credit/byte-window.ts): limit = bytes taken + window (protocol.md §4.5).

import { messageLength } from "../byte/message.js";
import { Reader } from "../byte/reader.js";
import { ByteWindow } from "../credit/byte-window.js";
import { CreditGranted } from "../credit/credit-granted.js";
import { Held } from "../credit/held.js";
import type { Pool } from "../credit/pool.js";
import { isGrantDue } from "../credit/replenish.js";
import type { CompleteFrame } from "../frame/complete.js";
import type { ErrorFrame } from "../frame/error.js";
import type { PartFrame } from "../frame/part.js";
import { checkItemSize, type ItemsFrame, splitItems } from "../frame/items.js";
import { MAX_POSITION } from "../limits.js";
import { violation } from "../protocol-error.js";
import { Assembly } from "./assembly.js";

/** The sizes of this side that bind what it receives. */
export interface InboundSizes {
  readonly shareBytes: number;
  readonly itemOverhead: number;
  readonly itemBytes: number;
}

/** Credit and holdings of one stream's direction from the peer to us. */
export class Inbound {
  readonly items: CreditGranted;
  readonly window: ByteWindow;
  /** The item that arrives in parts, if one has begun: the last one of those held. */
  assembly: Assembly | undefined = undefined;
  private readonly sizes: InboundSizes;
  private readonly held = new Held();
  private demand: number;

  /** `demand`: the item credit that the peer has from the beginning; its byte credit is the whole share. */
  constructor(streamId: number, sizes: InboundSizes, demand: number, pool: Pool) {
    this.sizes = sizes;
    this.demand = demand;
    this.items = new CreditGranted(demand);
    this.window = new ByteWindow(streamId, new CreditGranted(sizes.shareBytes), pool);
  }

  get bytes(): CreditGranted {
    return this.window.account;
  }

  /** Charges an ITEMS frame to the credit, before its payload is looked at (protocol.md §4.3). */
  charge(frame: ItemsFrame): void {
    this.chargeWhole(frame.streamId, frame.count, messageLength(frame.payload));
  }

  /** Charges `count` items of `length` bytes, all of them at once: an item that comes in parts, at its first one. */
  chargeWhole(streamId: number, count: number, length: number): void {
    // The count first: it may be so large that the charge cannot be computed exactly.
    if (this.items.receive(count) === "overdraft") {
      throw violation(
        "ITEM_CREDIT_EXCEEDED",
        `Cannot take ${count} items on stream ${streamId}: ${this.items.unsent} more were granted`,
        "§4.3",
      );
    }
    const charge = length + count * this.sizes.itemOverhead;
    if (this.bytes.receive(charge) === "overdraft") {
      throw violation(
        "BYTE_CREDIT_EXCEEDED",
        `Cannot take ${charge} bytes on stream ${streamId}: ${this.bytes.unsent} more were granted`,
        "§4.3",
      );
    }
    this.held.add(count, charge);
    this.window.used();
  }

  /** The items of a charged frame with body `items`, as views. */
  split(frame: ItemsFrame): Uint8Array[] {
    return splitItems(new Reader(frame.payload), frame.count, this.sizes.itemBytes);
  }

  /** Checks a charged frame with body `batch`: of one item, the size is known. */
  checkBatch(frame: ItemsFrame): void {
    if (frame.count === 1) checkItemSize(messageLength(frame.payload), this.sizes.itemBytes);
  }

  /** A part of an item came that nobody has begun: reserves all of it. `keep`: somebody waits for it. */
  begin(frame: PartFrame, keep: boolean): Assembly {
    this.chargeWhole(frame.streamId, 1, frame.total);
    checkItemSize(frame.total, this.sizes.itemBytes);
    this.assembly = new Assembly(frame, keep);
    if (!keep) this.discard();
    return this.assembly;
  }

  /** Items that the local subscriber can take: all that are held and whole. */
  get takeable(): number {
    return this.assembly?.isKept === true ? this.items.held - 1 : this.items.held;
  }

  /** The local subscriber's demand since the beginning, as a total; it never falls. */
  demandUpTo(total: number): void {
    this.demand = Math.max(this.demand, Math.min(total, MAX_POSITION));
  }

  /** The local subscriber took `count` more of the items that are held. */
  consume(count: number): void {
    this.items.deliver(count);
    this.bytes.deliver(this.held.take(count));
    this.window.settle();
  }

  /** Lets go what is held: cancelled or failed. */
  discard(): void {
    this.held.take(this.items.held);
    this.items.discard();
    this.bytes.discard();
    this.assembly?.letGo();
    this.window.settle();
  }

  /** Whether new limits are worth a frame. */
  isGrantDue(): boolean {
    const { items, window } = this;
    return (
      window.isDue() ||
      isGrantDue(this.demand - items.granted, items.unsent, this.demand - items.delivered, 1)
    );
  }

  /** Raises both limits as far as they go. `roundTripMs`: undefined while not measured. */
  grant(now: number, roundTripMs: number | undefined): void {
    this.items.raise(this.demand);
    this.window.grant(now, roundTripMs);
  }

  /** The peer ended with these positions (protocol.md §4.6). What has come of an item is of no use to anybody. */
  end(frame: CompleteFrame | ErrorFrame): void {
    if (this.assembly?.isKept === true) this.dropLast();
    this.assembly = undefined;
    if (this.items.end(frame.items) === "exact" && this.bytes.end(frame.bytes) === "exact") {
      this.window.end();
      return;
    }
    throw violation(
      "POSITION_MISMATCH",
      `Cannot close stream ${frame.streamId} at item ${frame.items}, byte ${frame.bytes}: ${this.items.received} items, ${this.bytes.received} bytes arrived`,
      "§4.6",
    );
  }

  private dropLast(): void {
    this.bytes.discard(this.held.dropLast());
    this.items.discard(1);
  }
}
