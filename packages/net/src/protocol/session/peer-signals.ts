// What the peer's frames do to streams. One method a frame; each throws the ProtocolError that ends the
// connection, or does all it has to do. The table of states and frames is in docs/protocol.md §3.3.

import { isUsefulRaise } from "../credit/useful-raise.js";
import type { BlockedFrame } from "../frame/blocked.js";
import type { CancelFrame } from "../frame/cancel.js";
import type { CompleteFrame } from "../frame/complete.js";
import type { CreditFrame, StreamCredit } from "../frame/credit.js";
import type { DrainedFrame, DrainFrame } from "../frame/drain.js";
import type { ErrorFrame } from "../frame/error.js";
import type { ItemsFrame } from "../frame/items.js";
import type { PartFrame } from "../frame/part.js";
import type { RejectFrame } from "../frame/reject.js";
import type { UrgencyFrame } from "../frame/urgency.js";
import { SMALLEST_GRANT } from "../limits.js";
import { errorTable, type StreamFailure, streamFailure, violation } from "../protocol-error.js";
import type { Stream } from "../stream/stream.js";
import { endRemote, isCancelling, localOpen, remoteOpen } from "../stream/stream-state.js";
import type { Absent } from "../stream/stream-table.js";
import type { Conversation } from "./conversation.js";
import { PeerOpens } from "./peer-opens.js";

/** Applies the peer's frames. */
export class PeerSignals {
  readonly opens: PeerOpens;
  private readonly conversation: Conversation;
  /** Bytes that the peer grants at least, unless this side stands at zero. */
  private readonly smallestGrant: number;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
    this.opens = new PeerOpens(conversation);
    this.smallestGrant = Math.min(SMALLEST_GRANT, conversation.peer.shareBytes / 8);
  }

  items(frame: ItemsFrame): void {
    const stream = this.receiving(frame.streamId, "ITEMS");
    const { inbound } = stream;
    checkWhole(stream, "ITEMS");
    inbound.charge(frame);
    if (stream.isDeaf()) {
      inbound.discard();
      return;
    }
    const { streamId, count, payload } = frame;
    if (frame.body === "batch") {
      inbound.checkBatch(frame);
      this.conversation.events.add({ kind: "batch", streamId, count, payload });
    } else {
      this.conversation.events.add({ kind: "items", streamId, items: inbound.split(frame) });
    }
  }

  /** A part of an item: handed on as a whole with the last one. */
  part(frame: PartFrame, now: number): void {
    const { events, itemDeadlines } = this.conversation;
    const stream = this.receiving(frame.streamId, "ITEMS");
    const { inbound } = stream;
    let { assembly } = inbound;
    if (assembly === undefined) {
      assembly = inbound.begin(frame, !stream.isDeaf());
      if (assembly.isKept) itemDeadlines.begin(stream, assembly, now);
    }
    if (assembly.take(frame) === "more") return;
    inbound.assembly = undefined;
    itemDeadlines.end(stream);
    const payload = assembly.item();
    if (payload === undefined) return;
    const { streamId } = frame;
    if (frame.body === "batch") events.add({ kind: "batch", streamId, count: 1, payload });
    else events.add({ kind: "items", streamId, items: [payload] });
  }

  urgency(frame: UrgencyFrame, now: number): void {
    const { streamId, urgency, criticality } = frame;
    this.conversation.abuse.control("URGENCY", now);
    const stream = this.known(streamId, "URGENCY");
    if (stream === undefined || stream.state.kind === "closed") return;
    this.conversation.setRank(stream, urgency, criticality, now);
    if (!stream.silent) this.conversation.events.add({ kind: "urgency", streamId, urgency, criticality });
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

  complete(frame: CompleteFrame): void {
    const stream = this.receiving(frame.streamId, "COMPLETE");
    const deaf = stream.isDeaf();
    checkWhole(stream, "COMPLETE");
    stream.inbound.end(frame);
    this.endRemote(stream);
    if (!deaf) this.conversation.events.add({ kind: "completed", streamId: stream.id });
    this.conversation.settle(stream);
  }

  error(frame: ErrorFrame): void {
    const stream = this.receiving(frame.streamId, "ERROR");
    stream.inbound.end(frame);
    const answered = isCancelling(stream.state) && frame.failure.code === errorTable.CANCELLED.code;
    this.endRemote(stream);
    // The answer to our CANCEL ends the peer's direction alone; any other ERROR ends the stream.
    if (answered) {
      this.conversation.settle(stream);
      return;
    }
    const running = localOpen(stream.state);
    this.failed(stream, frame.failure, false);
    if (running && stream.openedBy === "peer") this.conversation.thrownAway();
  }

  reject(frame: RejectFrame): void {
    const stream = this.receiving(frame.streamId, "REJECT");
    if (stream.openedBy === "peer" || stream.inbound.items.received > 0) {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot take REJECT on stream ${stream.id}: it answers an OPEN, before any item`,
        "§5.8",
      );
    }
    stream.inbound.end({ kind: "complete", streamId: stream.id, items: 0, bytes: 0 });
    this.endRemote(stream);
    this.failed(stream, frame.failure, true);
  }

  cancel(frame: CancelFrame): void {
    const stream = this.known(frame.streamId, "CANCEL");
    // Our end crossed it: that is its answer.
    if (stream === undefined || !localOpen(stream.state)) return;
    this.conversation.giveUp(stream);
    if (!stream.silent) this.conversation.events.add({ kind: "cancelled", streamId: stream.id });
    // Who opened a stream and does not want the answer has no more input for it either. A channel's input goes on.
    if (stream.openedBy === "peer" && stream.interaction !== "channel") {
      stream.silent = true;
      stream.inbound.discard();
    }
    this.conversation.settle(stream);
    if (stream.openedBy === "peer") this.conversation.thrownAway();
  }

  blocked(frame: BlockedFrame, now: number): void {
    const { conversation } = this;
    const { streamId, limit, value } = frame;
    if (streamId === 0) {
      this.conversation.abuse.control("BLOCKED", now);
      if (value < conversation.table.theirSlots.granted) conversation.grants.restateSlots();
    } else {
      const stream = this.known(streamId, "BLOCKED");
      // What is cancelled has to end, not to be granted; what is merely for nobody may need bytes to come to its end.
      if (stream === undefined || !remoteOpen(stream.state) || isCancelling(stream.state)) return;
      // Once for each limit that was stated, of items and of bytes, is what it is for.
      stream.blockedHeard += 1;
      if (stream.blockedHeard > 2 * (stream.grantsStated + 1)) conversation.abuse.control("BLOCKED", now);
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
    const stream = this.known(streamId, "DRAIN");
    // Our end crossed it: that gives back everything.
    if (stream === undefined || !localOpen(stream.state)) return;
    const { outbound } = stream;
    const knew = outbound.bytes.granted;
    const answer = outbound.drain(bytes);
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
    this.conversation.toBeDrained(stream);
  }

  /** The peer gave byte credit back. */
  drained(frame: DrainedFrame): void {
    const stream = this.receiving(frame.streamId, "DRAINED");
    const { lending, grants } = this.conversation;
    lending.drained(stream.inbound.window, frame);
    if (!stream.isDeaf()) grants.consider(stream);
  }

  /**
   * The peer lets no stream above `lastStreamId` in. Those of ours are told now: it will refuse them one by one, or be
   * gone before it has. Its answers close the accounts (protocol.md §7.2).
   */
  goaway(lastStreamId: number): void {
    for (const stream of this.conversation.table.all()) {
      if (stream.openedBy === "us" && stream.id > lastStreamId) this.failed(stream, NOT_LET_IN, true);
    }
  }

  private creditEntry(entry: StreamCredit, now: number): void {
    const stream = this.known(entry.streamId, "CREDIT");
    if (stream === undefined || !localOpen(stream.state)) return;
    const { items, bytes } = stream.outbound;
    const useful =
      isUsefulRaise(entry.items - items.granted, items.available, 1) ||
      isUsefulRaise(entry.bytes - bytes.granted, bytes.available, this.smallestGrant);
    // What answers a BLOCKED of ours may raise nothing: it crossed the grant that we asked for.
    if (!useful && ++stream.uselessCredits > stream.blockedSaid)
      this.conversation.abuse.control("CREDIT that raises nothing of use", now);
    if (stream.outbound.raise(entry.items, entry.bytes) === "raised") this.credited(stream, now);
  }

  private credited(stream: Stream, now: number): void {
    const { turns, events } = this.conversation;
    turns.credited(stream, now);
    this.conversation.sayNeed(stream);
    if (!stream.silent && !stream.outbound.isCompleting) events.add({ kind: "credit", streamId: stream.id });
  }

  private failed(stream: Stream, failure: StreamFailure, rejected: boolean): void {
    const { conversation } = this;
    conversation.giveUp(stream);
    if (!stream.silent) conversation.events.add({ kind: "failed", streamId: stream.id, failure, rejected });
    // What came before the error is for who opened the stream: held, and counted, until it was taken or cancelled.
    if (stream.openedBy === "peer" || rejected || stream.silent) {
      stream.silent = true;
      stream.inbound.discard();
    }
    conversation.settle(stream);
  }

  private endRemote(stream: Stream): void {
    const next = endRemote(stream.state);
    // `receiving` let the frame through, so the direction was open.
    if (next !== "already-ended") stream.state = next;
    if (stream.isDeaf()) stream.inbound.discard();
  }

  // The stream whose remote direction is open, for frames that only then may come.
  private receiving(streamId: number, name: string): Stream {
    const stream = this.conversation.table.find(streamId);
    if (typeof stream === "string") throw absent(streamId, name, stream);
    if (!remoteOpen(stream.state)) throw absent(streamId, name, "recently-closed");
    return stream;
  }

  // The stream, or undefined when it has ended so recently that the frame may have crossed its end.
  private known(streamId: number, name: string): Stream | undefined {
    const stream = this.conversation.table.find(streamId);
    if (typeof stream !== "string") return stream;
    if (stream === "recently-closed") return undefined;
    throw absent(streamId, name, stream);
  }
}

const NOT_LET_IN: StreamFailure = streamFailure(
  "GOING_AWAY",
  "The peer is ending and has not begun this; open it on a new connection",
);

/** Between the parts of an item nothing else of its stream may come but an ERROR. */
function checkWhole({ id, inbound: { assembly } }: Stream, name: string): void {
  if (assembly === undefined) return;
  throw violation(
    "FRAME_UNEXPECTED",
    `Cannot take ${name} on stream ${id}: ${assembly.received} of ${assembly.total} bytes of an item have come, and its other parts come first`,
    "§4.11",
  );
}

function absent(streamId: number, name: string, how: Absent): Error {
  return how === "never-opened"
    ? violation("STREAM_UNKNOWN", `Cannot take ${name} on stream ${streamId}: it was never opened`, "§3.3")
    : violation("STREAM_CLOSED", `Cannot take ${name} on stream ${streamId}: it has ended`, "§3.3");
}
