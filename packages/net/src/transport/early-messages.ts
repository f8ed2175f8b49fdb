// What comes before somebody listens, for links that cannot be told to wait. *Buffers:* 2 MiB and one message; a peer
// that keeps to the protocol says HELLO and waits for an answer, which is a few hundred bytes.

import { SEND_LIMIT } from "./transport.js";

/** Messages that nobody has read yet. */
export class EarlyMessages {
  private held: Uint8Array[] = [];
  private bytes = 0;

  /** Keeps a message; "full": it was dropped, and the link must end. */
  hold(message: Uint8Array): "held" | "full" {
    // Each counts for a kilobyte at least, so that empty ones are bounded too.
    this.bytes += Math.max(message.byteLength, 1024);
    if (this.bytes > SEND_LIMIT) return "full";
    this.held.push(message);
    return "held";
  }

  /** All that waits, in order; nothing is held after it. */
  release(): readonly Uint8Array[] {
    const { held } = this;
    this.held = [];
    return held;
  }
}
