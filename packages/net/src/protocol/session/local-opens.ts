// OPEN of this side: what may be asked for, and the stream that comes of it. The peer's are in peer-opens.ts, the slots
// of this side on the session in slots.ts.

import { utf8Length } from "../byte/utf8.js";
import { checkRank, DEFAULT_CRITICALITY, DEFAULT_URGENCY } from "../frame/rank.js";
import { FRAME_BYTES, MAX_POSITION, METHOD_BYTES, PIPELINED_METADATA } from "../limits.js";
import { Inbound } from "../stream/inbound.js";
import { Outbound } from "../stream/outbound.js";
import { Stream } from "../stream/stream.js";
import type { Conversation } from "./conversation.js";
import { inputItems } from "./peer-opens.js";
import type { OpenOptions, OpenRefusal } from "./session-api.js";

/** Opens streams. */
export class LocalOpens {
  private readonly conversation: Conversation;
  /** Metadata of pipelined streams so far, bytes. */
  private pipelinedMetadata = 0;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
  }

  /** `pipelined`: the server's HELLO has not come; what does not fit the rules for that waits for it. */
  open(options: OpenOptions, pipelined = false): number | OpenRefusal {
    const { settings, peer, table, outbox, lending } = this.conversation;
    if (pipelined && (options.metadata?.length ?? 0) > PIPELINED_METADATA - this.pipelinedMetadata) {
      return "not-ready";
    }
    const codec = this.check(options);
    const streamId = table.nextId();
    if (typeof streamId === "string") return streamId;
    const { interaction, method, deadlineMs, metadata = NOTHING } = options;
    const demand = Math.min(options.demand, MAX_POSITION);
    const inbound = new Inbound(streamId, settings, demand, lending.pool);
    if (lending.pool.enter() === "refused") return "no-memory";
    const outbound = new Outbound(peer, inputItems(interaction), peer.shareBytes);
    const { urgency = DEFAULT_URGENCY, criticality = DEFAULT_CRITICALITY } = options;
    const rank = { urgency, criticality };
    const stream = new Stream(streamId, "us", interaction, inbound, outbound, rank);
    table.add(stream);
    if (pipelined) this.pipelinedMetadata += metadata.length;
    outbox.addFrame(
      {
        kind: "open",
        streamId,
        pipelined,
        interaction,
        urgency,
        criticality,
        items: demand,
        bytes: settings.shareBytes,
        deadlineMs,
        codec,
        method,
        metadata,
      },
      FRAME_BYTES + METHOD_BYTES + metadata.length,
    );
    stream.openNumber = outbox.written;
    return streamId;
  }

  private check(options: OpenOptions): number {
    const { interaction, method, codec, demand, deadlineMs, metadata } = options;
    const { codecs, peer } = this.conversation;
    checkRank(options.urgency ?? DEFAULT_URGENCY, options.criticality ?? DEFAULT_CRITICALITY);
    const length = utf8Length(method);
    if (length === 0 || length > METHOD_BYTES) {
      throw new RangeError(`Cannot open a method name of ${length} bytes: 1 to ${METHOD_BYTES} are allowed`);
    }
    if (demand !== Number.POSITIVE_INFINITY && (!Number.isInteger(demand) || demand < 0)) {
      throw new RangeError(`Cannot open with a demand of ${demand}: it must be an integer >= 0, or Infinity`);
    }
    if (interaction === "push" && demand !== 0) {
      throw new RangeError(`Cannot open a push with a demand of ${demand}: nothing comes back, it must be 0`);
    }
    if (deadlineMs !== undefined && (!Number.isSafeInteger(deadlineMs) || deadlineMs < 0)) {
      throw new RangeError(`Cannot open with a deadline of ${deadlineMs} ms: it must be an integer >= 0`);
    }
    if (metadata !== undefined && metadata.length > peer.metadataBytes) {
      throw new RangeError(
        `Cannot open with ${metadata.length} bytes of metadata: the peer takes ${peer.metadataBytes}; send less`,
      );
    }
    const index = codecs.indexOf(codec);
    if (index < 0) {
      throw new RangeError(
        `Cannot open with codec ${codec}: this side speaks ${codecs.join(", ")}; use one of them`,
      );
    }
    return index;
  }
}

const NOTHING = new Uint8Array(0);
