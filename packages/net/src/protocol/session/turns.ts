// Who is asked for items, and what for: the streams that have something to send and credit for it, in the order of
// rings.ts. A source is asked only on its stream's turn, so that no stream is drained ahead of the others, and
// nothing waits encoded.
//
//   offered, no credit ──credit──► ring ──turn──► "more": stays, or to the end of its ring, or out if credit is spent
//                                                 "idle": out, until it is offered again
//   large item ──────────────► ring ──turn──► a part of it; nothing is asked of the source before the last one
//
// Bound: each running stream stands in one ring, or among the dry ones, at most once.

import { SMALLEST_PART } from "../limits.js";
import type { LargeItem } from "../stream/large-item.js";
import type { Stream } from "../stream/stream.js";
import type { Outbox } from "./outbox.js";
import { Rings } from "./rings.js";
import type { TakeTurn, Waiting } from "./session-api.js";
import type { Stalls } from "./stalls.js";

/** Turns of the streams that are offered, by urgency and by bytes. */
export class Turns {
  private readonly rings: Rings<Stream>;
  private readonly stalls: Stalls;
  private readonly onLastPart: (stream: Stream) => void;
  // In the order in which they ran dry, so the first one is the next to say BLOCKED.
  private readonly dry = new Set<Stream>();

  /**
   * `quantum`: bytes that a stream sends before another one of its urgency does. `onLastPart`: hears of a stream that
   * was completed while an item of it went in parts, once the last one is written.
   */
  constructor(quantum: number, stalls: Stalls, onLastPart: (stream: Stream) => void) {
    this.rings = new Rings(quantum);
    this.stalls = stalls;
    this.onLastPart = onLastPart;
  }

  /** The local publisher has something for the stream. */
  offer(stream: Stream, now: number): void {
    stream.outbound.offered = true;
    this.place(stream, now);
  }

  /** An item of the stream goes in parts from here on, whether or not it has credit for another one. */
  begin(stream: Stream): void {
    this.rings.add(stream);
    this.fed(stream);
    this.stalls.moved(stream);
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
    this.stalls.moved(stream);
  }

  /**
   * The stream has something that its credit does not cover, found on its turn or outside of one: it waits for the
   * next limit.
   */
  ranDry(stream: Stream, now: number): void {
    if (stream.outbound.large !== undefined) return;
    this.rings.remove(stream);
    this.stalls.stopped(stream, now);
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
      const left = target - outbox.dataBytes;
      const share = this.rings.size === 1 ? left : Math.min(left, stream.deficit);
      if (outbound.large !== undefined) {
        if (this.writePart(stream, outbound.large, share, outbox, now) === "closed") return;
        continue;
      }
      // It sent outside of its turn since it was placed here, and that took its credit.
      if (outbound.stoppedBy() !== undefined) {
        this.ranDry(stream, now);
        continue;
      }
      const before = outbound.items.sent;
      const writtenBefore = outbox.itemBytes;
      const answer = take(stream.id, {
        items: outbound.items.available,
        bytes: outbound.bytes.available,
        target: share,
      });
      this.rings.charge(stream, outbox.itemBytes - writtenBefore);
      // The turn may have ended the stream, which took it out for good.
      if (!outbound.offered) continue;
      const sent = outbound.items.sent > before || outbound.large !== undefined;
      if (sent) this.stalls.moved(stream);
      // What did not fit this message is first in the next one, or smaller items would overtake it for ever.
      if (answer === "more" && !sent && outbox.isFull(target)) return;
      if (answer === "idle") this.withdraw(stream);
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

  private writePart(
    stream: Stream,
    item: LargeItem,
    most: number,
    outbox: Outbox,
    now: number,
  ): "written" | "closed" {
    const { outbound } = stream;
    const { isBegun } = item;
    const writtenBefore = outbox.itemBytes;
    if (outbox.addPart(stream.id, item, Math.max(most, SMALLEST_PART)) === "closed") return "closed";
    if (!isBegun) outbound.spend(1, item.charge);
    this.rings.charge(stream, outbox.itemBytes - writtenBefore);
    if (item.left > 0) return "written";
    outbound.large = undefined;
    if (outbound.isCompleting) this.onLastPart(stream);
    else if (outbound.offered) this.place(stream, now);
    else this.rings.remove(stream);
    return "written";
  }

  // The local publisher has nothing for now.
  private withdraw(stream: Stream): void {
    stream.outbound.offered = false;
    if (stream.outbound.large === undefined) this.rings.remove(stream);
    this.fed(stream);
    this.stalls.moved(stream);
  }

  private place(stream: Stream, now: number): void {
    if (stream.outbound.large !== undefined || stream.outbound.stoppedBy() === undefined)
      this.rings.add(stream);
    else this.ranDry(stream, now);
  }

  private fed(stream: Stream): void {
    this.dry.delete(stream);
    stream.outbound.blockedSince = undefined;
  }
}
