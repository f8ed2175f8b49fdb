// Says BLOCKED for what has had no credit for a while: streams with items, and OPENs without a slot. After a
// time only, since a short wait is what flow control is, and once for each value of a limit.

import type { LimitName } from "../frame/blocked.js";
import { FRAME_BYTES } from "../limits.js";
import type { Conversation } from "./conversation.js";

/** When BLOCKED is due, and for what. */
export class BlockedReport {
  private readonly afterMs: number;
  private noSlotSince: number | undefined = undefined;

  /** `afterMs`: how long something waits before it is reported. */
  constructor(afterMs: number) {
    this.afterMs = afterMs;
  }

  /** An OPEN was refused for lack of a slot; it is the peer's limit only if none of its slots is left. */
  noSlot({ table }: Conversation, now: number): void {
    if (table.ourSlots.available <= 0) this.noSlotSince ??= now;
  }

  /** Streams may be opened again. */
  slotsCame(): void {
    this.noSlotSince = undefined;
  }

  /** When `tick` wants to be called. */
  nextTick({ turns }: Conversation): number {
    const stream = turns.dryForLongest()?.outbound.blockedSince ?? Number.POSITIVE_INFINITY;
    return Math.min(stream, this.noSlotSince ?? Number.POSITIVE_INFINITY) + this.afterMs;
  }

  /** Reports what is due. */
  tick({ turns, table, outbox }: Conversation, now: number): void {
    // In the lane of the stream's OPEN, which may not be taken yet.
    const say = (streamId: number, limit: LimitName, value: number): void =>
      outbox.addNote({ kind: "blocked", streamId, limit, value, backlog: 0, needed: 0 }, FRAME_BYTES);
    for (let dry = turns.dryForLongest(); dry !== undefined; dry = turns.dryForLongest()) {
      if (now < (dry.outbound.blockedSince ?? now) + this.afterMs) break;
      turns.reported(dry);
      // Nothing stops it, and yet it could not send: its next item is larger than the bytes that are left.
      const limit = dry.outbound.stoppedBy() ?? "bytes";
      const credit = limit === "items" ? dry.outbound.items : dry.outbound.bytes;
      if (credit.sayBlocked() === "said") continue;
      dry.blockedSaid += 1;
      say(dry.id, limit, credit.granted);
    }
    if (this.noSlotSince === undefined || now < this.noSlotSince + this.afterMs) return;
    this.noSlotSince = undefined;
    const slots = table.ourSlots;
    if (slots.available > 0 || slots.sayBlocked() === "said") return;
    const frame = {
      kind: "blocked",
      streamId: 0,
      limit: "streams",
      value: slots.granted,
      backlog: 0,
      needed: 0,
    } as const;
    outbox.addControl(frame, FRAME_BYTES);
  }
}
