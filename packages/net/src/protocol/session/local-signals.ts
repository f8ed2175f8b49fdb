// What the local side does to streams that run: ends, cancels, grants, takes, ranks. It opens them in local-opens.ts and
// sends in local-sends.ts. None of it waits; what can not be done now is answered by name. Arguments that can never be
// right throw a RangeError.

import type { CreditGranted } from "../credit/credit-granted.js";
import { checkFailure } from "../frame/error.js";
import type { Criticality } from "@sluice/core";
import { checkRank } from "../frame/rank.js";
import { errorTable, type StreamFailure } from "../protocol-error.js";
import type { Stream } from "../stream/stream.js";
import { localOpen, remoteOpen } from "../stream/stream-state.js";
import type { Conversation } from "./conversation.js";
import { LocalOpens } from "./local-opens.js";
import { countError, LocalSends } from "./local-sends.js";
import type { ReceiveFigures, StreamFigures, StreamMemory } from "./session-api.js";

/** Applies the local side's signals. */
export class LocalSignals {
  readonly opens: LocalOpens;
  readonly sends: LocalSends;
  private readonly conversation: Conversation;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
    this.opens = new LocalOpens(conversation);
    this.sends = new LocalSends(conversation);
  }

  reject(streamId: number, failure: StreamFailure): void {
    checkFailure(failure);
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined) return;
    // Bytes, since a DRAIN may have moved them alone; REJECT says that nothing moved.
    if (stream.openedBy === "us" || stream.outbound.bytes.sent > 0) {
      this.fail(streamId, failure);
    } else {
      this.conversation.ends.reject(stream, failure);
      // No handler has begun, so none has to end.
      stream.release();
      this.conversation.ends.settle(stream);
      if (ASKED_WRONGLY.has(failure.code)) this.conversation.peerFailed();
    }
  }

  complete(streamId: number): void {
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined) return;
    this.conversation.ends.complete(stream);
    // The handler of a channel goes on with what it receives, until `released`.
    if (stream.openedBy === "peer" && stream.interaction !== "channel") stream.release();
    this.conversation.ends.settle(stream);
  }

  fail(streamId: number, failure: StreamFailure): void {
    checkFailure(failure);
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined) return;
    // When this direction had ended before, the peer's goes on: there is nothing left to fail.
    if (!localOpen(stream.state)) return;
    this.conversation.ends.fail(stream, failure);
    // ERROR ends both directions: what the peer still sends is for nobody, its end closes the account.
    stream.silent = true;
    stream.inbound.discard();
    this.conversation.ends.settle(stream);
    const isWrong = failure.code === errorTable.INVALID_PAYLOAD.code && stream.outbound.items.sent === 0;
    if (stream.openedBy === "peer" && isWrong) this.conversation.peerFailed();
  }

  cancel(streamId: number): void {
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined) return;
    const { conversation } = this;
    conversation.ends.cancelRemote(stream);
    stream.inbound.discard();
    conversation.lending.forget(stream.inbound.window);
    // Who does not want the answer has no more input for it. A channel's two directions end apart.
    if (stream.openedBy === "us" && stream.interaction !== "channel") {
      stream.silent = true;
      conversation.ends.giveUp(stream);
    }
    conversation.ends.settle(stream);
  }

  released(streamId: number): void {
    const stream = this.conversation.table.running(streamId);
    // As long as its own direction is open, the handler has not ended.
    if (stream === undefined || stream.openedBy === "us" || localOpen(stream.state)) return;
    // Nobody reads the input of the channel any more; after an ERROR the peer ends it without being asked.
    if (stream.interaction === "channel" && !stream.silent) this.conversation.ends.cancelRemote(stream);
    stream.release();
    this.conversation.ends.settle(stream);
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
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined || stream.isDeaf()) return;
    const { takeable } = stream.inbound;
    if (count > takeable) {
      throw new RangeError(
        `Cannot consume ${count} items of stream ${streamId}: ${takeable} are held; consume each once`,
      );
    }
    stream.inbound.consume(count);
    if (remoteOpen(stream.state)) this.conversation.grants.consider(stream);
    else this.conversation.ends.settle(stream);
  }

  /** Whether its OPEN is not in a message handed out: then nobody can have begun it. */
  wasNeverSent(streamId: number): boolean {
    const stream = this.conversation.table.running(streamId);
    return stream !== undefined && stream.openNumber > this.conversation.outbox.taken;
  }

  setUrgency(streamId: number, urgency: number, criticality: Criticality, now: number): void {
    checkRank(urgency, criticality);
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined || stream.state.kind === "closed") return;
    if (urgency === stream.urgency && criticality === stream.criticality) return;
    const { conversation } = this;
    conversation.setRank(stream, urgency, criticality, now);
    conversation.ranks.add(stream, conversation.outbox, now);
  }

  memoryOf(streamId: number): StreamMemory | undefined {
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined) return undefined;
    const { inbound, criticality } = stream;
    return { bytes: this.conversation.lending.pool.share + inbound.window.loan, criticality };
  }

  shrink(streamId: number): void {
    const stream = this.conversation.table.running(streamId);
    if (stream !== undefined) this.conversation.lending.shrink(stream.inbound.window);
  }

  abort(streamId: number, failure: StreamFailure): void {
    checkFailure(failure);
    const stream = this.conversation.table.running(streamId);
    if (stream !== undefined) this.conversation.ends.abort(stream, failure);
  }

  figures(streamId: number): StreamFigures | undefined {
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined) return undefined;
    const { inbound, outbound } = stream;
    return {
      sendItems: { granted: outbound.items.granted, sent: outbound.items.sent },
      sendBytes: { granted: outbound.bytes.granted, sent: outbound.bytes.sent },
      receiveItems: received(inbound.items),
      receiveBytes: received(inbound.bytes),
    };
  }

  /** The memory of all streams goes back to its account. */
  sessionEnded(): void {
    this.conversation.close();
  }

  private listening(streamId: number): Stream | undefined {
    const stream = this.conversation.table.running(streamId);
    return stream === undefined || !remoteOpen(stream.state) || stream.isDeaf() ? undefined : stream;
  }
}

function received({ granted, received, delivered, held, returned }: CreditGranted): ReceiveFigures {
  return { granted, received, consumed: delivered, held, returned };
}

// The peer asked for what is not here; that was no work, and yet it may not do so without end.
const ASKED_WRONGLY: ReadonlySet<number> = new Set([
  errorTable.NOT_FOUND.code,
  errorTable.CODEC_UNSUPPORTED.code,
  errorTable.INVALID_PAYLOAD.code,
]);
