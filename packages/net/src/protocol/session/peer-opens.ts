// OPEN of the peer: whether it may, and whether the stream is let in. What breaks a rule throws the ProtocolError that
// ends the connection; what this side has no room or word for is answered by REJECT (docs/protocol.md §4.7, §5.2).

import type { OpenFrame } from "../frame/open.js";
import { PIPELINED_METADATA, PIPELINED_STREAMS } from "../limits.js";
import { malformed, type StreamFailure, streamFailure, violation } from "../protocol-error.js";
import { Inbound } from "../stream/inbound.js";
import { Outbound } from "../stream/outbound.js";
import { Stream } from "../stream/stream.js";
import { openerOf, ordinalOf } from "../stream/stream-id.js";
import type { Conversation } from "./conversation.js";
import { pipelinedSizes } from "./pipelining.js";

/** Lets the peer's streams in, or not. */
export class PeerOpens {
  private readonly conversation: Conversation;
  /** Metadata of pipelined streams so far, bytes. */
  private pipelinedMetadata = 0;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
  }

  /** `goneAway`: this side said GOAWAY and no longer lets streams in. */
  open(frame: OpenFrame, goneAway: boolean): void {
    const { conversation } = this;
    const { settings, peer, table, abuse, lending } = conversation;
    const room = this.check(frame);
    const { streamId, interaction, method, metadata, deadlineMs, urgency, pipelined } = frame;
    const sizes = pipelined ? pipelinedSizes(settings) : settings;
    const inbound = new Inbound(streamId, sizes, inputItems(interaction), lending.pool);
    const outbound = new Outbound(peer, frame.items, frame.bytes);
    const stream = new Stream(streamId, "peer", interaction, inbound, outbound, frame);
    if (room === "none") table.addBeyond(stream);
    else table.add(stream);
    const codec = peer.codecs[frame.codec] as string; // in range: check
    if (goneAway) {
      this.turnAway(
        stream,
        streamFailure("GOING_AWAY", "This side takes no new streams; open it on a new connection"),
      );
      // An honest peer hears GOAWAY and opens no more; one that goes on is not fed with REJECTs for ever.
      conversation.thrownAway();
    } else if (room === "none") {
      this.turnAway(
        stream,
        streamFailure("OVERLOADED", `All ${settings.peerStreams} streams are taken`, RETRY_AFTER_MS),
      );
    } else if (!abuse.admits()) {
      this.turnAway(
        stream,
        streamFailure(
          "OVERLOADED",
          `${settings.unfinishedHandlers} handlers of streams that ended early still run; wait for them`,
          RETRY_AFTER_MS,
        ),
      );
    } else if (!conversation.codecs.includes(codec)) {
      const known = conversation.codecs.join(", ");
      this.turnAway(
        stream,
        streamFailure("CODEC_UNSUPPORTED", `Cannot decode ${codec}: this side speaks ${known}`),
      );
      conversation.peerFailed();
    } else if (lending.pool.enter() === "refused") {
      this.turnAway(
        stream,
        streamFailure("OVERLOADED", "This process has no memory for another stream", RETRY_AFTER_MS),
      );
    } else {
      const { criticality } = frame;
      conversation.events.add({
        kind: "opened",
        streamId,
        interaction,
        method,
        codec,
        metadata,
        deadlineMs,
        urgency,
        criticality,
      });
    }
  }

  private check(frame: OpenFrame): "some" | "none" {
    const { settings, peer, table } = this.conversation;
    const { streamId, pipelined, metadata } = frame;
    if (pipelined && (openerOf(streamId) !== "client" || ordinalOf(streamId) > PIPELINED_STREAMS)) {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot open stream ${streamId} as pipelined: only the first ${PIPELINED_STREAMS} of a client are`,
        "§2.5",
      );
    }
    const admission = table.admits(streamId);
    if (admission === "out-of-order") {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot open stream ${streamId}: it is not the next one of its opener`,
        "§3.1",
      );
    }
    if (admission === "over-limit" && !pipelined) {
      throw violation(
        "STREAM_LIMIT",
        `Cannot open stream ${streamId}: ${table.theirSlots.granted} streams were granted in all`,
        "§4.7",
      );
    }
    if (pipelined) this.pipelinedMetadata += metadata.length;
    const [size, limit] = pipelined
      ? [this.pipelinedMetadata, PIPELINED_METADATA]
      : [metadata.length, settings.metadataBytes];
    if (size > limit) {
      throw malformed(
        `Cannot take metadata of ${size} bytes: ${pipelined ? "pipelined streams have together" : "metadataBytes is"} ${limit}`,
        pipelined ? "§2.5" : "§5.2",
      );
    }
    if (frame.codec >= peer.codecs.length) {
      throw malformed(
        `Cannot open stream ${streamId} with codec ${frame.codec}: HELLO listed ${peer.codecs.length}`,
        "§5.2",
      );
    }
    return admission === "over-limit" ? "none" : "some";
  }

  private turnAway(stream: Stream, failure: StreamFailure): void {
    this.conversation.lending.turnedAway(stream.inbound.window);
    stream.release();
    this.conversation.ends.reject(stream, failure);
  }
}

/** Items of input that a stream may send before any CREDIT (docs/protocol.md §4.2). */
export function inputItems(interaction: OpenFrame["interaction"]): number {
  return interaction === "channel" ? 0 : 1;
}

// How long until handlers have stopped or streams have ended is not known; a second is a pause that is felt. Judgement.
const RETRY_AFTER_MS = 1000;
