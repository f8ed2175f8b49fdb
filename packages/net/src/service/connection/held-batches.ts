// What has arrived for a stream with a window and waits for its subscriber: batches as they came, not decoded,
// since what a batch becomes may take many times its bytes (docs/protocol.md §4.5).
//
// Bound: all of it is held in the session's account of the stream, items and bytes, until `consumed` is told. So there
// are never more batches than the window has items, and never more bytes than were granted. What is kept is at most
// twice that, whatever the peer sends: small ones are kept together (small-batches.ts), and a message is not kept alive
// for a small part of it.

import type { ItemsEvent } from "./bodies.js";
import { SMALL_BATCH, SmallBatches } from "./small-batches.js";

/** A FIFO of received batches. */
export class HeldBatches {
  private batches: (ItemsEvent | SmallBatches)[] = [];
  private first = 0;

  get isEmpty(): boolean {
    return this.first === this.batches.length;
  }

  /** Keeps `event`; copies its bytes where keeping them as they are would cost more than twice as much. */
  push(event: ItemsEvent): void {
    const bytes = bytesOf(event);
    const entries = event.kind === "batch" ? 1 : event.items.length;
    if (bytes >= SMALL_BATCH * entries) {
      this.batches.push(isWasteful(event, bytes) ? copied(event) : event);
      return;
    }
    const last = this.isEmpty ? undefined : this.batches.at(-1);
    if (last instanceof SmallBatches && last.hasRoom(entries, bytes)) {
      last.push(event);
    } else {
      const small = new SmallBatches(event.streamId);
      small.push(event);
      this.batches.push(small);
    }
  }

  /** The oldest; what came as several small events of items may be given as one. */
  shift(): ItemsEvent | undefined {
    const entry = this.batches[this.first];
    if (entry === undefined) return undefined;
    if (!(entry instanceof SmallBatches)) {
      this.advance();
      return entry;
    }
    const event = entry.shift();
    if (entry.isEmpty) this.advance();
    return event;
  }

  clear(): void {
    this.batches = [];
    this.first = 0;
  }

  private advance(): void {
    const { batches } = this;
    this.first += 1;
    if (this.first === batches.length) this.clear();
    // Moved down when half of it is gone: each batch is moved once on average, whatever the length.
    else if (this.first >= 32 && 2 * this.first >= batches.length) {
      this.batches = batches.slice(this.first);
      this.first = 0;
    }
  }
}

function bytesOf(event: ItemsEvent): number {
  if (event.kind === "batch") return event.payload.byteLength;
  return event.items.reduce((sum, item) => sum + item.byteLength, 0);
}

/** Whether its bytes are less than half of the message that they are a view of. */
function isWasteful(event: ItemsEvent, bytes: number): boolean {
  const view = event.kind === "batch" ? event.payload : event.items[0];
  return view !== undefined && 2 * bytes < view.buffer.byteLength;
}

function copied(event: ItemsEvent): ItemsEvent {
  if (event.kind === "batch") return { ...event, payload: event.payload.slice() };
  return { ...event, items: event.items.map((item) => item.slice()) };
}
