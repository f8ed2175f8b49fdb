// What the peer says of credit: CREDIT and DRAIN for what this side sends, BLOCKED and DRAINED for what it receives
// (docs/protocol.md §4). What brings nothing is counted against the peer (§7.4).

import { isUsefulRaise } from "../credit/useful-raise.js";
import type { BlockedFrame } from "../frame/blocked.js";
import type { CreditFrame, StreamCredit } from "../frame/credit.js";
import type { DrainedFrame, DrainFrame } from "../frame/drain.js";
import { SMALLEST_GRANT } from "../limits.js";
import { violation } from "../protocol-error.js";
import type { Stream } from "../stream/stream.js";
import { isCancelling, localOpen, remoteOpen } from "../stream/stream-state.js";
import { known, receiving } from "./addressed.js";
import type { Conversation } from "./conversation.js";

/** Applies the peer's frames of flow control. */
export class PeerCredit {
  private readonly conversation: Conversation;
  /** Bytes that the peer grants at least, unless this side stands at zero. */
  private readonly smallestGrant: number;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
    this.smallestGrant = Math.min(SMALLEST_GRANT, conversation.peer.shareBytes / 8);
  }

  credit(frame: CreditFrame, now: number): void {
    const { table } = this.conversation;
    if (frame.streams !== undefined) {
      const { available } = table.ourSlots;
      const raise = frame.streams - table.ourSlots.granted;
      table.ourSlots.raise(frame.streams);
      if (!isUsefulRaise(raise, available, 1))
        this.conversation.abuse.control("CREDIT that raises nothing", now);
    }
    for (const entry of frame.entries) this.creditEntry(entry, now);
  }

  blocked(frame: BlockedFrame, now: number): void {
    const { conversation } = this;
    const { streamId, limit, value } = frame;
    if (streamId === 0) {
      this.conversation.abuse.control("BLOCKED", now);
      if (value < conversation.table.theirSlots.granted) conversation.grants.restateSlots();
    } else {
      const stream = known(this.conversation.table, streamId, "BLOCKED");
      // What is cancelled has to end, not to be granted; what is merely for nobody may need bytes to come to its end.
      if (stream === undefined || !remoteOpen(stream.state) || isCancelling(stream.state)) return;
      // Once for each limit that was stated, of items and of bytes, is what it is for.
      stream.blockedFree -= 1;
      if (stream.blockedFree < 0) conversation.abuse.control("BLOCKED", now);
      const { inbound } = stream;
      const { granted } = limit === "items" ? inbound.items : inbound.bytes;
      conversation.lending.need(inbound.window, inbound.bytes.granted, frame);
      if (value < granted) conversation.grants.restate(stream);
      if (stream.silent) return;
    }
    conversation.events.add({ kind: "blocked", streamId, limit, value });
  }

  /** The peer wants byte credit back. */
  drain(frame: DrainFrame, now: number): void {
    const { streamId, bytes } = frame;
    const stream = known(this.conversation.table, streamId, "DRAIN");
    // Our end crossed it: that gives back everything.
    if (stream === undefined || !localOpen(stream.state)) return;
    const knew = stream.outbound.bytes.granted;
    const answer = this.conversation.senderCredit.drain(stream, bytes);
    if (answer === "unanswered") {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot take DRAIN on stream ${streamId}: the one before is not answered`,
        "§4.10",
      );
    }
    if (answer === "below") {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot drain stream ${streamId} at byte ${bytes}: ${knew} were granted, and a limit never goes down`,
        "§4.10",
      );
    }
    if (bytes > knew) this.credited(stream, now);
  }

  /** The peer gave byte credit back. */
  drained(frame: DrainedFrame): void {
    const stream = receiving(this.conversation.table, frame.streamId, "DRAINED");
    const { lending, grants } = this.conversation;
    lending.drained(stream.inbound.window, frame);
    if (!stream.isDeaf()) grants.consider(stream);
  }

  private creditEntry(entry: StreamCredit, now: number): void {
    const stream = known(this.conversation.table, entry.streamId, "CREDIT");
    if (stream === undefined || !localOpen(stream.state)) return;
    const { items, bytes } = stream.outbound;
    const useful =
      isUsefulRaise(entry.items - items.granted, items.available, 1) ||
      isUsefulRaise(entry.bytes - bytes.granted, bytes.available, this.smallestGrant);
    // What answers a BLOCKED of ours may raise nothing: it crossed the grant that we asked for.
    if (!useful && --stream.uselessFree < 0)
      this.conversation.abuse.control("CREDIT that raises nothing of use", now);
    if (stream.outbound.raise(entry.items, entry.bytes) === "raised") this.credited(stream, now);
  }

  private credited(stream: Stream, now: number): void {
    const { turns, events } = this.conversation;
    turns.credited(stream, now);
    this.conversation.senderCredit.sayNeed(stream);
    if (!stream.silent && !stream.outbound.isCompleting) events.add({ kind: "credit", streamId: stream.id });
  }
}
