// What the local side does to streams: opens them, sends, ends, cancels, grants. None of it waits; what can
// not be done now is answered by name. Arguments that can never be right throw a RangeError.

import { utf8Length } from "../byte/utf8.js";
import type { CreditGranted } from "../credit/credit-granted.js";
import { checkFailure } from "../frame/error.js";
import { itemsLength } from "../frame/items.js";
import { checkRank, type Criticality, DEFAULT_CRITICALITY, DEFAULT_URGENCY } from "../frame/rank.js";
import { FRAME_BYTES, MAX_POSITION, METHOD_BYTES, PIPELINED_METADATA } from "../limits.js";
import { errorTable, type StreamFailure } from "../protocol-error.js";
import { Inbound } from "../stream/inbound.js";
import { Outbound } from "../stream/outbound.js";
import { LargeItem } from "../stream/large-item.js";
import { Stream } from "../stream/stream.js";
import { localOpen, remoteOpen } from "../stream/stream-state.js";
import type { Conversation } from "./conversation.js";
import { inputItems } from "./peer-opens.js";
import type {
  OpenOptions,
  OpenRefusal,
  ReceiveFigures,
  Sendable,
  SendResult,
  StreamFigures,
} from "./session-api.js";

/** Applies the local side's signals. */
export class LocalSignals {
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
    const codec = this.checkOpen(options);
    const streamId = table.nextId();
    if (typeof streamId === "string") return streamId;
    const { interaction, method, deadlineMs, metadata = NOTHING } = options;
    const demand = Math.min(options.demand, MAX_POSITION);
    const inbound = new Inbound(streamId, settings, demand, lending.pool);
    if (inbound.window.enter() === "refused") return "no-memory";
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

  reject(streamId: number, failure: StreamFailure): void {
    checkFailure(failure);
    const stream = this.stream(streamId);
    if (stream === undefined) return;
    // Bytes, since a DRAIN may have moved them alone; REJECT says that nothing moved.
    if (stream.openedBy === "us" || stream.outbound.bytes.sent > 0) {
      this.fail(streamId, failure);
    } else {
      this.conversation.reject(stream, failure);
      // No handler has begun, so none has to end.
      stream.release();
      this.conversation.settle(stream);
      if (ASKED_WRONGLY.has(failure.code)) this.conversation.peerFailed();
    }
  }

  offer(streamId: number, now: number): void {
    const stream = this.stream(streamId);
    if (stream !== undefined && isSending(stream)) this.conversation.turns.offer(stream, now);
  }

  sendBatch(streamId: number, count: number, payload: Uint8Array, now: number): SendResult {
    if (!Number.isSafeInteger(count) || count < 1) throw countError("send", count);
    if (count === 1 && this.goesInParts(payload)) return this.sendInParts(streamId, "batch", payload, now);
    const answer = this.admit(streamId, count, payload.length, count === 1 ? payload.length : 0, now);
    if (answer === "sent") this.conversation.outbox.addBatch(streamId, count, payload);
    return answer;
  }

  sendItems(streamId: number, items: readonly Uint8Array[], now: number): SendResult {
    if (items.length === 0) throw countError("send", 0);
    const [first] = items;
    if (items.length === 1 && first !== undefined && this.goesInParts(first)) {
      return this.sendInParts(streamId, "items", first, now);
    }
    let largest = 0;
    for (const item of items) largest = Math.max(largest, item.length);
    const bytes = itemsLength(items);
    const answer = this.admit(streamId, items.length, bytes, largest, now);
    if (answer === "sent") this.conversation.outbox.addItems(streamId, items, bytes);
    return answer;
  }

  sendable(streamId: number): Sendable {
    const stream = this.stream(streamId);
    if (stream === undefined || !isSending(stream)) return NOTHING_SENDABLE;
    return { items: stream.outbound.askable(), bytes: stream.outbound.bytes.available };
  }

  complete(streamId: number): void {
    const stream = this.stream(streamId);
    if (stream === undefined) return;
    this.conversation.complete(stream);
    // The handler of a channel goes on with what it receives, until `released`.
    if (stream.openedBy === "peer" && stream.interaction !== "channel") stream.release();
    this.conversation.settle(stream);
  }

  fail(streamId: number, failure: StreamFailure): void {
    checkFailure(failure);
    const stream = this.stream(streamId);
    if (stream === undefined) return;
    // When this direction had ended before, the peer's goes on: there is nothing left to fail.
    if (!localOpen(stream.state)) return;
    this.conversation.fail(stream, failure);
    // ERROR ends both directions: what the peer still sends is for nobody, its end closes the account.
    stream.silent = true;
    stream.inbound.discard();
    this.conversation.settle(stream);
    const isWrong = failure.code === errorTable.INVALID_PAYLOAD.code && stream.outbound.items.sent === 0;
    if (stream.openedBy === "peer" && isWrong) this.conversation.peerFailed();
  }

  cancel(streamId: number): void {
    const stream = this.stream(streamId);
    if (stream === undefined) return;
    const { conversation } = this;
    conversation.cancelRemote(stream);
    stream.inbound.discard();
    conversation.lending.forget(stream.inbound.window);
    // Who does not want the answer has no more input for it. A channel's two directions end apart.
    if (stream.openedBy === "us" && stream.interaction !== "channel") {
      stream.silent = true;
      conversation.giveUp(stream);
    }
    conversation.settle(stream);
  }

  released(streamId: number): void {
    const stream = this.stream(streamId);
    // As long as its own direction is open, the handler has not ended.
    if (stream === undefined || stream.openedBy === "us" || localOpen(stream.state)) return;
    // Nobody reads the input of the channel any more; after an ERROR the peer ends it without being asked.
    if (stream.interaction === "channel" && !stream.silent) this.conversation.cancelRemote(stream);
    stream.release();
    this.conversation.settle(stream);
  }

  grantItems(streamId: number, totalDemand: number): void {
    if (totalDemand !== Number.POSITIVE_INFINITY && (!Number.isInteger(totalDemand) || totalDemand < 0)) {
      throw new RangeError(
        `Cannot grant ${totalDemand} items: the total demand must be an integer >= 0, or Infinity`,
      );
    }
    const stream = this.listening(streamId);
    // Nothing comes back of a push, so there is nothing to be granted.
    if (stream === undefined || (stream.interaction === "push" && stream.openedBy === "us")) return;
    stream.inbound.demandUpTo(totalDemand);
    this.conversation.grants.consider(stream);
  }

  consumed(streamId: number, count: number): void {
    if (!Number.isSafeInteger(count) || count < 1) throw countError("consume", count);
    const stream = this.stream(streamId);
    if (stream === undefined || stream.isDeaf()) return;
    const { takeable } = stream.inbound;
    if (count > takeable) {
      throw new RangeError(
        `Cannot consume ${count} items of stream ${streamId}: ${takeable} are held; consume each once`,
      );
    }
    stream.inbound.consume(count);
    if (remoteOpen(stream.state)) this.conversation.grants.consider(stream);
    else this.conversation.settle(stream);
  }

  /** Whether its OPEN is not in a message handed out: then nobody can have begun it. */
  wasNeverSent(streamId: number): boolean {
    const stream = this.stream(streamId);
    return stream !== undefined && stream.openNumber > this.conversation.outbox.taken;
  }

  setUrgency(streamId: number, urgency: number, criticality: Criticality, now: number): void {
    checkRank(urgency, criticality);
    const stream = this.stream(streamId);
    if (stream === undefined || stream.state.kind === "closed") return;
    if (urgency === stream.urgency && criticality === stream.criticality) return;
    const { conversation } = this;
    conversation.setRank(stream, urgency, criticality, now);
    conversation.ranks.add(stream, conversation.outbox, now);
  }

  figures(streamId: number): StreamFigures | undefined {
    const stream = this.stream(streamId);
    if (stream === undefined) return undefined;
    const { inbound, outbound } = stream;
    return {
      sendItems: { granted: outbound.items.granted, sent: outbound.items.sent },
      sendBytes: { granted: outbound.bytes.granted, sent: outbound.bytes.sent },
      receiveItems: received(inbound.items),
      receiveBytes: received(inbound.bytes),
    };
  }

  // One item is cut where it would make a message longer than its target, and with it the wait of everybody else.
  private goesInParts({ length }: Uint8Array): boolean {
    const { conversation } = this;
    return length > Math.min(conversation.target(), conversation.peer.messageBytes - FRAME_BYTES);
  }

  // Credit covers the whole item and is for nothing else; its parts go on the turns of its stream.
  private sendInParts(
    streamId: number,
    body: "items" | "batch",
    payload: Uint8Array,
    now: number,
  ): SendResult {
    const { conversation } = this;
    const { peer } = conversation;
    const stream = this.stream(streamId);
    if (stream === undefined || !isSending(stream)) return "ended";
    if (payload.length > peer.itemBytes) return "too-large";
    const { outbound } = stream;
    if (outbound.large !== undefined) return "message-full";
    const charge = outbound.charge(1, payload.length);
    if (!outbound.covers(1, charge)) {
      // What it is charged if it goes whole after all, when others wait no more: a need that is met must do then too.
      const whole = body === "items" ? outbound.charge(1, itemsLength([payload])) : charge;
      conversation.wants(stream, whole, now);
      return "over-credit";
    }
    outbound.large = new LargeItem(body, payload, charge);
    conversation.turns.begin(stream);
    return "sent";
  }

  // Credit, sizes and room for a frame of items; spends the credit when it may go.
  private admit(streamId: number, count: number, bytes: number, largest: number, now: number): SendResult {
    const { conversation } = this;
    const { peer, outbox } = conversation;
    const stream = this.stream(streamId);
    if (stream === undefined || !isSending(stream)) return "ended";
    if (largest > peer.itemBytes) return "too-large";
    const { outbound } = stream;
    // What goes in parts goes first.
    if (outbound.large !== undefined) return "message-full";
    const charge = outbound.charge(count, bytes);
    if (!outbound.covers(count, charge)) {
      if (count === 1) conversation.wants(stream, charge, now);
      return "over-credit";
    }
    if (bytes + FRAME_BYTES > peer.messageBytes) return "over-credit";
    if (outbox.isReplayFull() || outbox.isFull(conversation.target()) || outbox.makeRoom(bytes) === "closed")
      return "message-full";
    outbound.spend(count, charge);
    return "sent";
  }

  /** The memory of all streams goes back to its account. */
  sessionEnded(): void {
    this.conversation.close();
  }

  private checkOpen(options: OpenOptions): number {
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

  private stream(streamId: number): Stream | undefined {
    const stream = this.conversation.table.find(streamId);
    return typeof stream === "string" ? undefined : stream;
  }

  private listening(streamId: number): Stream | undefined {
    const stream = this.stream(streamId);
    return stream === undefined || !remoteOpen(stream.state) || stream.isDeaf() ? undefined : stream;
  }
}

/** Whether the local side may send: its direction is open, and nothing stands behind its last part. */
function isSending({ state, outbound }: Stream): boolean {
  return localOpen(state) && !outbound.isCompleting;
}

function received({ granted, received, delivered, held, returned }: CreditGranted): ReceiveFigures {
  return { granted, received, consumed: delivered, held, returned };
}

function countError(action: string, count: number): RangeError {
  return new RangeError(`Cannot ${action} ${count} items: the count must be an integer >= 1`);
}

// The peer asked for what is not here; that was no work, and yet it may not do so without end.
const ASKED_WRONGLY: ReadonlySet<number> = new Set([
  errorTable.NOT_FOUND.code,
  errorTable.CODEC_UNSUPPORTED.code,
  errorTable.INVALID_PAYLOAD.code,
]);

const NOTHING = new Uint8Array(0);
const NOTHING_SENDABLE: Sendable = { items: 0, bytes: 0 };
