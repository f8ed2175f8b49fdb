// What this side says of the credit that it sends by: BLOCKED with what the next item needs, and DRAINED, which gives
// back what the peer asked for (docs/protocol.md §4.9, §4.10). What has waited for a while is said by blocked-report.ts.

import { FRAME_BYTES } from "../limits.js";
import type { Stream } from "../stream/stream.js";
import { localOpen } from "../stream/stream-state.js";
import type { Outbox } from "./outbox.js";
import type { Turns } from "./turns.js";

/** Speaks for the sending direction of streams. */
export class SenderCredit {
  private readonly outbox: Outbox;
  private readonly turns: Turns;
  // Whoever was told DRAIN and has not answered, with the position at which that came. Bound: the running streams.
  private readonly draining = new Map<Stream, number>();

  constructor(outbox: Outbox, turns: Turns) {
    this.outbox = outbox;
    this.turns = turns;
  }

  /** Says what the next item of a stream needs, where that does not come by itself; once for each limit. */
  sayNeed(stream: Stream): void {
    const { outbound } = stream;
    if (outbound.needed > 0 && outbound.bytes.sayBlocked() === "say") this.sayBlocked(stream);
  }

  /** Says what stops a stream that has something to send. */
  sayBlocked(stream: Stream): void {
    stream.uselessFree += 1;
    const { outbound } = stream;
    // Nothing may stop it, and yet it could not send: its next items are larger than the bytes that are left.
    const limit = outbound.stoppedBy() ?? "bytes";
    const value = limit === "items" ? outbound.items.granted : outbound.bytes.granted;
    const backlog = outbound.nextCharge > 0 ? 1 : 0;
    const needed = limit === "bytes" ? outbound.needed : 0;
    const frame = { kind: "blocked", streamId: stream.id, limit, value, backlog, needed } as const;
    // In the lane of the stream's OPEN, which may not be taken yet.
    this.outbox.addNote(frame, FRAME_BYTES);
  }

  /** The peer wants byte credit of a stream back, up to the limit that it has granted. */
  drain(stream: Stream, limit: number): "asked" | "unanswered" | "below" {
    const { bytes } = stream.outbound;
    if (this.draining.has(stream)) return "unanswered";
    if (limit < bytes.granted) return "below";
    bytes.raise(limit);
    this.draining.set(stream, bytes.sent);
    return "asked";
  }

  /**
   * Answers DRAIN for whom it is time: who waits for a turn has one first, and sends what it can. Otherwise two
   * needs could take their loans from each other for ever.
   */
  answerDrains(): void {
    for (const [stream, sentBefore] of this.draining) {
      const { outbound } = stream;
      if (localOpen(stream.state)) {
        // What is covered and has not begun is covered by what DRAINED would give back.
        if (outbound.large?.isBegun === false) continue;
        if (this.turns.isWaiting(stream) && outbound.bytes.sent === sentBefore) continue;
        outbound.bytes.skip();
        const frame = { kind: "drained", streamId: stream.id, bytes: outbound.bytes.sent } as const;
        this.outbox.addFrame(frame, FRAME_BYTES);
        // Behind it, since positions have moved: the need that was said before is none any more.
        this.sayNeed(stream);
      }
      this.draining.delete(stream);
    }
  }
}
