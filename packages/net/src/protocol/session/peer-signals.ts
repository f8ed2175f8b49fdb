// What the peer's frames do to streams. One method a frame; each throws the ProtocolError that ends the
// connection, or does all it has to do. The table of states and frames is in docs/protocol.md §3.3.

import type { BlockedFrame } from "../frame/blocked.js";
import type { CancelFrame } from "../frame/cancel.js";
import type { CompleteFrame } from "../frame/complete.js";
import type { CreditFrame, StreamCredit } from "../frame/credit.js";
import type { ErrorFrame } from "../frame/error.js";
import type { ItemsFrame } from "../frame/items.js";
import type { OpenFrame } from "../frame/open.js";
import type { RejectFrame } from "../frame/reject.js";
import { errorTable, malformed, type StreamFailure, streamFailure, violation } from "../protocol-error.js";
import { Inbound } from "../stream/inbound.js";
import { Outbound } from "../stream/outbound.js";
import { Stream } from "../stream/stream.js";
import { endRemote, isCancelling, localOpen, remoteOpen } from "../stream/stream-state.js";
import type { Absent } from "../stream/stream-table.js";
import type { Conversation } from "./conversation.js";

/** Applies the peer's frames. */
export class PeerSignals {
  private readonly conversation: Conversation;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
  }

  /** `goneAway`: this side said GOAWAY and no longer lets streams in. */
  open(frame: OpenFrame, goneAway: boolean): void {
    const { conversation } = this;
    const { settings, peer, table } = conversation;
    this.checkOpen(frame);
    // One item of input, and the share for it: what a call or stream has to say (protocol.md §4.2).
    const inbound = new Inbound(settings, INPUT_ITEMS);
    const outbound = new Outbound(peer, frame.items, frame.bytes);
    const stream = new Stream(frame.streamId, "peer", inbound, outbound);
    table.add(stream);
    const codec = peer.codecs[frame.codec] as string; // in range: checkOpen
    if (goneAway) {
      this.turnAway(
        stream,
        streamFailure("GOING_AWAY", "This side takes no new streams; open it on a new connection"),
      );
    } else if (!conversation.codecs.includes(codec)) {
      const known = conversation.codecs.join(", ");
      this.turnAway(
        stream,
        streamFailure("CODEC_UNSUPPORTED", `Cannot decode ${codec}: this side speaks ${known}`),
      );
    } else {
      const { streamId, interaction, method, metadata, deadlineMs } = frame;
      conversation.events.add({ kind: "opened", streamId, interaction, method, codec, metadata, deadlineMs });
    }
  }

  items(frame: ItemsFrame): void {
    const stream = this.receiving(frame.streamId, "ITEMS");
    const { inbound } = stream;
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

  credit(frame: CreditFrame, now: number): void {
    const { table } = this.conversation;
    if (frame.streams !== undefined) table.ourSlots.raise(frame.streams);
    for (const entry of frame.entries) this.creditEntry(entry, now);
  }

  complete(frame: CompleteFrame): void {
    const stream = this.receiving(frame.streamId, "COMPLETE");
    const deaf = stream.isDeaf();
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
    if (answered) this.conversation.settle(stream);
    else this.failed(stream, frame.failure, false);
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
    // Who opened a call or stream and does not want the answer has no more input for it either.
    if (stream.openedBy === "peer") {
      stream.silent = true;
      stream.inbound.discard();
    }
    this.conversation.settle(stream);
  }

  blocked(frame: BlockedFrame): void {
    const { conversation } = this;
    const { streamId, limit, value } = frame;
    if (streamId === 0) {
      if (value < conversation.table.theirSlots.granted) conversation.grants.restateSlots();
    } else {
      const stream = this.known(streamId, "BLOCKED");
      if (stream === undefined || !remoteOpen(stream.state) || stream.isDeaf()) return;
      const { granted } = limit === "items" ? stream.inbound.items : stream.inbound.bytes;
      if (value < granted) conversation.grants.restate(stream);
    }
    conversation.events.add({ kind: "blocked", streamId, limit, value });
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

  private checkOpen(frame: OpenFrame): void {
    const { settings, peer, table } = this.conversation;
    // Known and not handled yet. E: channel, push, pipelined.
    if (frame.pipelined || frame.interaction === "channel" || frame.interaction === "push") {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot open a ${frame.interaction}: this side does not do it yet`,
        "§3.3",
      );
    }
    const admission = table.admits(frame.streamId);
    if (admission === "out-of-order") {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot open stream ${frame.streamId}: it is not the next one of its opener`,
        "§3.1",
      );
    }
    if (admission === "over-limit") {
      throw violation(
        "STREAM_LIMIT",
        `Cannot open stream ${frame.streamId}: ${table.theirSlots.granted} streams were granted in all`,
        "§4.7",
      );
    }
    if (frame.metadata.length > settings.metadataBytes) {
      throw malformed(
        `Cannot take metadata of ${frame.metadata.length} bytes: metadataBytes is ${settings.metadataBytes}`,
        "§5.2",
      );
    }
    if (frame.codec >= peer.codecs.length) {
      throw malformed(
        `Cannot open stream ${frame.streamId} with codec ${frame.codec}: HELLO listed ${peer.codecs.length}`,
        "§5.2",
      );
    }
  }

  private turnAway(stream: Stream, failure: StreamFailure): void {
    stream.release();
    this.conversation.reject(stream, failure);
  }

  private creditEntry(entry: StreamCredit, now: number): void {
    const { turns, events } = this.conversation;
    const stream = this.known(entry.streamId, "CREDIT");
    if (stream === undefined || !localOpen(stream.state)) return;
    if (stream.outbound.raise(entry.items, entry.bytes) === "unchanged") return;
    turns.credited(stream, now);
    if (!stream.silent) events.add({ kind: "credit", streamId: stream.id });
  }

  private failed(stream: Stream, failure: StreamFailure, rejected: boolean): void {
    const { conversation } = this;
    conversation.giveUp(stream);
    if (!stream.silent) conversation.events.add({ kind: "failed", streamId: stream.id, failure, rejected });
    stream.silent = true;
    stream.inbound.discard();
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

/** Items of input that a call or stream has; its initial credit. */
export const INPUT_ITEMS = 1;

function absent(streamId: number, name: string, how: Absent): Error {
  return how === "never-opened"
    ? violation("STREAM_UNKNOWN", `Cannot take ${name} on stream ${streamId}: it was never opened`, "§3.3")
    : violation("STREAM_CLOSED", `Cannot take ${name} on stream ${streamId}: it has ended`, "§3.3");
}
