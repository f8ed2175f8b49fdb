// Whose turn it is: a ring of the streams that have something to send and credit for it. A source is asked
// only on its stream's turn, so that no stream is drained ahead of the others, and nothing waits encoded.
//
//   offered, no credit ──credit──► ring ──turn──► "more": back to the end of the ring, or out if credit is spent
//                                                 "idle": out, until it is offered again
//
// Bound: each running stream stands in the ring at most once.

import type { Stream } from "../stream/stream.js";
import type { Outbox } from "./outbox.js";
import type { TakeTurn, Waiting } from "./session-api.js";

/** Round robin over the streams that are offered. */
export class Turns {
  private readonly ring = new Set<Stream>();
  // In the order in which they ran dry, so the first one is the next to say BLOCKED.
  private readonly dry = new Set<Stream>();

  /** The local publisher has something for the stream. */
  offer(stream: Stream, now: number): void {
    stream.outbound.offered = true;
    this.place(stream, now);
  }

  /** Credit rose. */
  credited(stream: Stream, now: number): void {
    this.dry.delete(stream);
    if (stream.outbound.offered) this.place(stream, now);
  }

  /** The stream sends nothing more. */
  remove(stream: Stream): void {
    stream.outbound.offered = false;
    this.ring.delete(stream);
    this.dry.delete(stream);
  }

  /** How many streams wait for a turn. */
  waiting(): Waiting {
    return this.ring.size === 0 ? "nothing" : this.ring.size === 1 ? "one" : "several";
  }

  /**
   * Gives turns until the message has reached `target` or nobody wants one. A stream that says "more" and sent
   * nothing has an item that its credit does not cover: it waits for credit.
   */
  run(take: TakeTurn, target: number, outbox: Outbox, now: number): void {
    while (!outbox.isFull(target)) {
      const next = this.ring.values().next();
      if (next.done === true) return;
      const stream = next.value;
      const { outbound } = stream;
      const before = outbound.items.sent;
      const answer = take(stream.id, {
        items: outbound.items.available,
        bytes: outbound.bytes.available,
        target: target - outbox.dataBytes,
      });
      // The turn may have ended the stream, which took it out for good.
      if (!outbound.offered) continue;
      const sent = outbound.items.sent > before;
      // What did not fit this message is first in the next one, or smaller items would overtake it for ever.
      if (answer === "more" && !sent && outbox.isFull(target)) return;
      this.ring.delete(stream);
      if (answer === "idle") this.remove(stream);
      else if (sent) this.place(stream, now);
      else this.ranDry(stream, now);
    }
  }

  /** Since when the stream that ran dry first is dry; undefined when none is. */
  dryForLongest(): Stream | undefined {
    const first = this.dry.values().next();
    return first.done === true ? undefined : first.value;
  }

  /** It has been reported; the next report comes with the next limit. */
  reported(stream: Stream): void {
    this.dry.delete(stream);
  }

  private place(stream: Stream, now: number): void {
    if (stream.outbound.stoppedBy() === undefined) this.ring.add(stream);
    else this.ranDry(stream, now);
  }

  private ranDry(stream: Stream, now: number): void {
    if (this.dry.has(stream)) return;
    stream.outbound.blockedSince = now;
    this.dry.add(stream);
  }
}
