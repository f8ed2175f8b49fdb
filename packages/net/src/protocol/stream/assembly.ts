// An item that arrives in parts.
//
//              first part                        last part
//   nothing ───────────────► collecting ─────────────────► whole, handed on
//                               │    └─ its time is over ─► the stream fails (ITEM_TIMEOUT)
//                               │
//                               └─ let go: the stream was cancelled or failed; what still comes is counted only
//
// The whole item was charged at its first part, so its memory is reserved before any of it is here: half items
// cannot fill the budget and wait for each other (protocol.md §4.11). One allocation, each part copied to its
// place: no list of chunks that grows with their number (rsocket-js joins anew with each one).

import type { PartFrame } from "../frame/part.js";
import { violation } from "../protocol-error.js";

/** One item in work; a stream has one at most. */
export class Assembly {
  readonly body: "items" | "batch";
  readonly total: number;
  /** When all of it must be here (session/item-deadlines.ts). */
  until: number = Number.POSITIVE_INFINITY;
  private bytes: Uint8Array | undefined;
  private at = 0;

  /** `first`: its first part, which `take` takes next. `keep`: somebody waits for the item. */
  constructor(first: PartFrame, keep: boolean) {
    if (first.offset !== 0) throw outOfOrder(first, 0);
    this.body = first.body;
    this.total = first.total;
    this.bytes = keep ? new Uint8Array(first.total) : undefined;
  }

  /** Whether it holds memory. */
  get isKept(): boolean {
    return this.bytes !== undefined;
  }

  /** Bytes that have come. */
  get received(): number {
    return this.at;
  }

  /** Takes the next part. */
  take(part: PartFrame): "more" | "whole" {
    if (part.total !== this.total || part.body !== this.body) {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot take a part of an item of ${part.total} bytes, body ${part.body}, on stream ${part.streamId}: the one begun has ${this.total}, body ${this.body}`,
        "§4.11",
      );
    }
    if (part.offset !== this.at) throw outOfOrder(part, this.at);
    this.bytes?.set(part.payload, this.at);
    this.at += part.payload.length;
    return this.at === this.total ? "whole" : "more";
  }

  /** The item, once it is whole; undefined if it was let go. */
  item(): Uint8Array | undefined {
    return this.bytes;
  }

  /** Nobody waits for it any more. */
  letGo(): void {
    this.bytes = undefined;
  }
}

function outOfOrder({ streamId, offset }: PartFrame, next: number): Error {
  return violation(
    "FRAME_UNEXPECTED",
    `Cannot take a part from byte ${offset} on, on stream ${streamId}: byte ${next} of its item is next`,
    "§4.11",
  );
}
