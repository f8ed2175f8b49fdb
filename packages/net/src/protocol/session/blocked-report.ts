// Says BLOCKED for what has had no credit for a while: streams with items, and OPENs without a slot. After a time
// only, since a short wait is what flow control is; then again with back-off, so that a CREDIT or a need that was
// lost on the way cannot stop anything for ever (the zero-window probe, RFC 9293 §3.8.6.1). What the next item needs
// is said at once, by SenderCredit.sayNeed, and repeated here.
//
// Repeats of all streams together come at most REPEATS at a time, PACE_MS apart: below what a peer allows of frames
// that bring nothing (§7.4). Bound: the running streams, each once.

import { FRAME_BYTES } from "../limits.js";
import type { Stream } from "../stream/stream.js";
import type { Conversation } from "./conversation.js";

/** When BLOCKED is due, and for what. */
export class BlockedReport {
  private readonly afterMs: number;
  // Streams that were reported and are dry still, or were when last looked at.
  private readonly probed = new Map<Stream, Probe>();
  private nextProbe = Number.POSITIVE_INFINITY;
  private noSlotSince: number | undefined = undefined;
  private slotsAt = Number.POSITIVE_INFINITY;
  private slotProbes = 0;

  /** `afterMs`: how long something waits before it is reported. */
  constructor(afterMs: number) {
    this.afterMs = afterMs;
  }

  /** An OPEN was refused for lack of a slot; it is the peer's limit only if none of its slots is left. */
  noSlot({ table }: Conversation, now: number): void {
    if (table.ourSlots.available > 0 || this.noSlotSince !== undefined) return;
    this.noSlotSince = now;
    this.slotsAt = now + this.afterMs;
    this.slotProbes = 0;
  }

  /** Streams may be opened again. */
  slotsCame(): void {
    this.noSlotSince = undefined;
    this.slotsAt = Number.POSITIVE_INFINITY;
  }

  /** On another transport: what was said may be lost, so whatever waits is said anew, at the pace of repeats. */
  restart({ table }: Conversation, now: number): void {
    for (const { outbound } of table.all()) {
      if (outbound.blockedSince === undefined) continue;
      outbound.items.unsayBlocked();
      outbound.bytes.unsayBlocked();
    }
    for (const probe of this.probed.values()) probe.at = now;
    if (this.probed.size > 0) this.nextProbe = now;
    if (this.noSlotSince !== undefined) this.slotsAt = now;
  }

  /** When `tick` wants to be called. */
  nextTick({ turns }: Conversation): number {
    const dry = turns.dryForLongest()?.outbound.blockedSince ?? Number.POSITIVE_INFINITY;
    return Math.min(dry + this.afterMs, this.nextProbe, this.slotsAt);
  }

  /** Reports what is due. */
  tick(conversation: Conversation, now: number): void {
    const { turns } = conversation;
    for (let dry = turns.dryForLongest(); dry !== undefined; dry = turns.dryForLongest()) {
      if (now < (dry.outbound.blockedSince ?? now) + this.afterMs) break;
      turns.reported(dry);
      this.first(conversation, dry, now);
    }
    if (now >= this.nextProbe) this.probe(conversation, now);
    if (now >= this.slotsAt) this.slots(conversation, now);
  }

  private first(conversation: Conversation, stream: Stream, now: number): void {
    const { outbound } = stream;
    const credit = outbound.stoppedBy() === "items" ? outbound.items : outbound.bytes;
    if (credit.sayBlocked() === "say") conversation.senderCredit.sayBlocked(stream);
    const probe = { at: now + this.delay(1), times: 1 };
    this.probed.set(stream, probe);
    this.nextProbe = Math.min(this.nextProbe, probe.at);
  }

  private probe(conversation: Conversation, now: number): void {
    let left = REPEATS;
    let next = Number.POSITIVE_INFINITY;
    for (const [stream, probe] of this.probed) {
      if (stream.outbound.blockedSince === undefined) {
        this.probed.delete(stream);
        continue;
      }
      if (now >= probe.at && left > 0) {
        left--;
        conversation.senderCredit.sayBlocked(stream);
        probe.times++;
        probe.at = now + this.delay(probe.times);
        // To the end, or those in front would be due again before the last ones had their turn.
        this.probed.delete(stream);
        this.probed.set(stream, probe);
      }
      next = Math.min(next, Math.max(probe.at, now + PACE_MS));
    }
    this.nextProbe = next;
  }

  private slots({ table, outbox }: Conversation, now: number): void {
    const { granted, available } = table.ourSlots;
    if (available > 0) {
      this.slotsCame();
      return;
    }
    const frame = { kind: "blocked", streamId: 0, limit: "streams", value: granted } as const;
    outbox.addControl({ ...frame, backlog: 0, needed: 0 }, FRAME_BYTES);
    this.slotProbes++;
    this.slotsAt = now + this.delay(this.slotProbes);
  }

  private delay(times: number): number {
    return Math.min(this.afterMs * 2 ** times, Math.max(LONGEST_MS, this.afterMs));
  }
}

// When it is said again, and how often it was said.
interface Probe {
  at: number;
  times: number;
}

// Longest time between two repeats: often enough for a person to wait for it. Judgement.
const LONGEST_MS = 10_000;

// 80 repeats a second at most; peers allow 200 (controlPerSecond).
const REPEATS = 16;
const PACE_MS = 200;
