// What has arrived for a stream with a window and waits for its subscriber: batches as they came, not decoded,
// since what a batch becomes may take many times its bytes (docs/protocol.md §4.5).
//
// Bound: all of it is held in the session's account of the stream, items and bytes, until `consumed` is told. So there
// are never more batches than the window has items, and never more bytes than were granted.

import type { ItemsEvent } from "./bodies.js";

/** A FIFO of received batches. */
export class HeldBatches {
  private batches: ItemsEvent[] = [];
  private first = 0;

  get isEmpty(): boolean {
    return this.first === this.batches.length;
  }

  /** Keeps `event`; copies its bytes where keeping them would keep a message more than twice as large alive. */
  push(event: ItemsEvent): void {
    this.batches.push(kept(event));
  }

  shift(): ItemsEvent | undefined {
    const { batches, first } = this;
    if (first === batches.length) return undefined;
    const event = batches[first];
    this.first = first + 1;
    if (this.first === batches.length) this.clear();
    // Moved down when half of it is gone: each batch is moved once on average, whatever the length.
    else if (this.first >= 32 && 2 * this.first >= batches.length) {
      this.batches = batches.slice(this.first);
      this.first = 0;
    }
    return event;
  }

  clear(): void {
    this.batches = [];
    this.first = 0;
  }
}

function kept(event: ItemsEvent): ItemsEvent {
  if (event.kind === "batch") {
    const { payload } = event;
    return isWasteful(payload.byteLength, payload) ? { ...event, payload: payload.slice() } : event;
  }
  const [some] = event.items;
  if (some === undefined) return event;
  const bytes = event.items.reduce((sum, item) => sum + item.byteLength, 0);
  return isWasteful(bytes, some) ? { ...event, items: event.items.map((item) => item.slice()) } : event;
}

/** Items are views of the message in which they came, with those of other streams. */
function isWasteful(bytes: number, view: Uint8Array): boolean {
  return 2 * bytes < view.buffer.byteLength;
}
