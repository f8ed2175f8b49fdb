// Who is asked for items, and what for: the streams that have something to send and credit for it, in the order of
// rings.ts. A source is asked only on its stream's turn, so that no stream is drained ahead of the others, and
// nothing waits encoded.
//
//   offered, no credit ──credit──► ring ──turn──► "more": stays, or to the end of its ring, or out if credit is spent
//                                                 "idle": out, until it is offered again
//
// Bound: each running stream stands in one ring, or among the dry ones, at most once.

import type { Stream } from "../stream/stream.js";
import type { Outbox } from "./outbox.js";
import { Rings } from "./rings.js";
import type { TakeTurn, Waiting } from "./session-api.js";

/** Turns of the streams that are offered, by urgency and by bytes. */
export class Turns {
  private readonly rings: Rings<Stream>;
  // In the order in which they ran dry, so the first one is the next to say BLOCKED.
  private readonly dry = new Set<Stream>();

  /** `quantum`: bytes that a stream sends before another one of its urgency does. */
  constructor(quantum: number) {
    this.rings = new Rings(quantum);
  }

  /** The local publisher has something for the stream. */
  offer(stream: Stream, now: number): void {
    stream.outbound.offered = true;
    this.place(stream, now);
  }

  /** Credit rose. */
  credited(stream: Stream, now: number): void {
    this.fed(stream);
    if (stream.outbound.offered) this.place(stream, now);
  }

  /** The stream sends nothing more. */
  remove(stream: Stream): void {
    stream.outbound.offered = false;
    this.rings.remove(stream);
    this.fed(stream);
  }

  /**
   * The stream has something that its credit does not cover, found on its turn or outside of one: it waits for the
   * next limit.
   */
  ranDry(stream: Stream, now: number): void {
    this.rings.remove(stream);
    if (this.dry.has(stream)) return;
    stream.outbound.blockedSince = now;
    this.dry.add(stream);
  }

  /** Whether the stream waits for a turn. */
  isWaiting(stream: Stream): boolean {
    return this.rings.has(stream);
  }

  /** From here on it stands in another ring. */
  setUrgency(stream: Stream, urgency: number): void {
    this.rings.setUrgency(stream, urgency);
  }

  /** How many streams wait for a turn. */
  waiting(): Waiting {
    return this.rings.size === 0 ? "nothing" : this.rings.size === 1 ? "one" : "several";
  }

  /**
   * Gives turns until the message has reached `target` or nobody wants one. A stream that says "more" and sent
   * nothing has an item that its credit does not cover: it waits for credit.
   */
  run(take: TakeTurn, target: number, outbox: Outbox, now: number): void {
    while (!outbox.isFull(target)) {
      const stream = this.rings.next();
      if (stream === undefined) return;
      const { outbound } = stream;
      const before = outbound.items.sent;
      const writtenBefore = outbox.itemBytes;
      const left = target - outbox.dataBytes;
      const answer = take(stream.id, {
        items: outbound.items.available,
        bytes: outbound.bytes.available,
        target: this.rings.size === 1 ? left : Math.min(left, stream.deficit),
      });
      this.rings.charge(stream, outbox.itemBytes - writtenBefore);
      // The turn may have ended the stream, which took it out for good.
      if (!outbound.offered) continue;
      const sent = outbound.items.sent > before;
      // What did not fit this message is first in the next one, or smaller items would overtake it for ever.
      if (answer === "more" && !sent && outbox.isFull(target)) return;
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
    if (stream.outbound.stoppedBy() === undefined) this.rings.add(stream);
    else this.ranDry(stream, now);
  }

  private fed(stream: Stream): void {
    this.dry.delete(stream);
    stream.outbound.blockedSince = undefined;
  }
}
