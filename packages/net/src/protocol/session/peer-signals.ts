// What the peer's frames do to streams: items, ends and ranks. One method a frame; each throws the ProtocolError that
// ends the connection, or does all it has to do. The table of states and frames is in docs/protocol.md §3.3. OPEN is in
// peer-opens.ts, what is said of credit in peer-credit.ts.

import { joined } from "../byte/message.js";
import type { CancelFrame } from "../frame/cancel.js";
import type { CompleteFrame } from "../frame/complete.js";
import type { ErrorFrame } from "../frame/error.js";
import type { ItemsFrame } from "../frame/items.js";
import type { PartFrame } from "../frame/part.js";
import type { RejectFrame } from "../frame/reject.js";
import type { UrgencyFrame } from "../frame/urgency.js";
import { errorTable, type StreamFailure, streamFailure, violation } from "../protocol-error.js";
import type { Stream } from "../stream/stream.js";
import { endRemote, isCancelling, localOpen } from "../stream/stream-state.js";
import { known, receiving } from "./addressed.js";
import type { Conversation } from "./conversation.js";
import { PeerCredit } from "./peer-credit.js";
import { PeerOpens } from "./peer-opens.js";

/** Applies the peer's frames. */
export class PeerSignals {
  readonly opens: PeerOpens;
  readonly credits: PeerCredit;
  private readonly conversation: Conversation;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
    this.opens = new PeerOpens(conversation);
    this.credits = new PeerCredit(conversation);
  }

  items(frame: ItemsFrame): void {
    const stream = receiving(this.conversation.table, frame.streamId, "ITEMS");
    const { inbound } = stream;
    checkWhole(stream, "ITEMS");
    inbound.charge(frame);
    if (stream.isDeaf()) {
      inbound.discard();
      return;
    }
    const { streamId, count } = frame;
    if (frame.body === "batch") {
      inbound.checkBatch(frame);
      const payload = joined(frame.payload);
      this.conversation.events.add({ kind: "batch", streamId, count, payload });
    } else {
      this.conversation.events.add({ kind: "items", streamId, items: inbound.split(frame) });
    }
  }

  /** A part of an item: handed on as a whole with the last one. */
  part(frame: PartFrame, now: number): void {
    const { events, itemDeadlines } = this.conversation;
    const stream = receiving(this.conversation.table, frame.streamId, "ITEMS");
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
    const stream = known(this.conversation.table, streamId, "URGENCY");
    if (stream === undefined || stream.state.kind === "closed") return;
    this.conversation.setRank(stream, urgency, criticality, now);
    if (!stream.silent) this.conversation.events.add({ kind: "urgency", streamId, urgency, criticality });
  }

  complete(frame: CompleteFrame): void {
    const stream = receiving(this.conversation.table, frame.streamId, "COMPLETE");
    const deaf = stream.isDeaf();
    checkWhole(stream, "COMPLETE");
    stream.inbound.end(frame);
    this.endRemote(stream);
    if (!deaf) this.conversation.events.add({ kind: "completed", streamId: stream.id });
    this.conversation.ends.settle(stream);
  }

  error(frame: ErrorFrame): void {
    const stream = receiving(this.conversation.table, frame.streamId, "ERROR");
    stream.inbound.end(frame);
    const answered = isCancelling(stream.state) && frame.failure.code === errorTable.CANCELLED.code;
    this.endRemote(stream);
    // The answer to our CANCEL ends the peer's direction alone; any other ERROR ends the stream.
    if (answered) {
      this.conversation.ends.settle(stream);
      return;
    }
    const running = localOpen(stream.state);
    this.failed(stream, frame.failure, false);
    if (running && stream.openedBy === "peer") this.conversation.thrownAway();
  }

  reject(frame: RejectFrame): void {
    const stream = receiving(this.conversation.table, frame.streamId, "REJECT");
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
    const stream = known(this.conversation.table, frame.streamId, "CANCEL");
    // Our end crossed it: that is its answer.
    if (stream === undefined || !localOpen(stream.state)) return;
    this.conversation.ends.giveUp(stream);
    if (!stream.silent) this.conversation.events.add({ kind: "cancelled", streamId: stream.id });
    // Who opened a stream and does not want the answer has no more input for it either. A channel's input goes on.
    if (stream.openedBy === "peer" && stream.interaction !== "channel") {
      stream.silent = true;
      stream.inbound.discard();
    }
    this.conversation.ends.settle(stream);
    if (stream.openedBy === "peer") this.conversation.thrownAway();
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

  private failed(stream: Stream, failure: StreamFailure, rejected: boolean): void {
    const { conversation } = this;
    conversation.ends.giveUp(stream);
    if (!stream.silent) conversation.events.add({ kind: "failed", streamId: stream.id, failure, rejected });
    // What came before the error is for who opened the stream: held, and counted, until it was taken or cancelled.
    if (stream.openedBy === "peer" || rejected || stream.silent) {
      stream.silent = true;
      stream.inbound.discard();
    }
    conversation.ends.settle(stream);
  }

  private endRemote(stream: Stream): void {
    const next = endRemote(stream.state);
    // `receiving` let the frame through, so the direction was open.
    if (next !== "already-ended") stream.state = next;
    if (stream.isDeaf()) stream.inbound.discard();
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
