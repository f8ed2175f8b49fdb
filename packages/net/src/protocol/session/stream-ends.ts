// How streams end, whoever wants it: the frame that says so, and what is forgotten when both directions have ended and
// nobody works for the stream any more. The states are in stream/stream-state.ts.
//
//   local direction    COMPLETE   complete, behind the last part of an item
//                      ERROR      fail, giveUp, abort
//                      REJECT     reject
//   remote direction   CANCEL     cancelRemote: the peer is asked to end it
//   both               settle     slot and share go to another stream

import { ERROR_DETAILS_BYTES, ERROR_MESSAGE_BYTES, ERROR_NAME_BYTES, FRAME_BYTES } from "../limits.js";
import { type StreamFailure, streamFailure } from "../protocol-error.js";
import type { Stream } from "../stream/stream.js";
import { cancelRemote, endLocal, localOpen, remoteOpen } from "../stream/stream-state.js";
import type { StreamTable } from "../stream/stream-table.js";
import type { Abuse } from "./abuse.js";
import type { EventQueue } from "./event-queue.js";
import type { ItemDeadlines } from "./item-deadlines.js";
import type { Lending } from "./lending.js";
import type { Outbox } from "./outbox.js";
import type { RankChanges } from "./rank-changes.js";
import type { Turns } from "./turns.js";

/** Whoever has to hear of an end: parts of the conversation. */
export interface EndsParts {
  readonly outbox: Outbox;
  readonly events: EventQueue;
  readonly abuse: Abuse;
  readonly table: StreamTable;
  readonly turns: Turns;
  readonly lending: Lending;
  readonly ranks: RankChanges;
  readonly itemDeadlines: ItemDeadlines;
}

/** Ends streams. */
export class StreamEnds {
  private readonly parts: EndsParts;

  constructor(parts: EndsParts) {
    this.parts = parts;
  }

  /** Ends the local direction with COMPLETE, if it is open: behind the last part of an item that goes in parts. */
  complete(stream: Stream): void {
    if (stream.outbound.large !== undefined) {
      stream.outbound.isCompleting = true;
      return;
    }
    if (!this.endLocal(stream)) return;
    const { items, bytes } = stream.outbound;
    const frame = { kind: "complete", streamId: stream.id, items: items.sent, bytes: bytes.sent } as const;
    this.parts.outbox.addFrame(frame, FRAME_BYTES);
  }

  /** Ends the local direction with ERROR, if it is open. */
  fail(stream: Stream, failure: StreamFailure): void {
    if (!this.endLocal(stream)) return;
    const { items, bytes } = stream.outbound;
    const frame = {
      kind: "error",
      streamId: stream.id,
      items: items.sent,
      bytes: bytes.sent,
      failure,
    } as const;
    this.parts.outbox.addFrame(frame, FAILURE_BYTES);
  }

  /** Ends the local direction because the peer wants no more, or failed itself. */
  giveUp(stream: Stream): void {
    this.fail(stream, CANCELLED);
  }

  /** Ends the local direction with REJECT, if it is open. */
  reject(stream: Stream, failure: StreamFailure): void {
    if (!this.endLocal(stream)) return;
    this.parts.outbox.addFrame({ kind: "reject", streamId: stream.id, failure }, FAILURE_BYTES);
  }

  /**
   * Ends a stream for a reason that is found here and is not the local side's: it hears of it by `failed`. The peer is
   * told why by ERROR, or by CANCEL if this side's direction has ended before.
   */
  abort(stream: Stream, failure: StreamFailure): void {
    if (localOpen(stream.state)) {
      this.fail(stream, failure);
    } else {
      this.cancelRemote(stream);
    }
    const { id: streamId, inbound } = stream;
    if (!stream.silent) this.parts.events.add({ kind: "failed", streamId, failure, rejected: false });
    stream.silent = true;
    inbound.discard();
    this.settle(stream);
  }

  /** Says CANCEL, once, if the peer's direction is open. */
  cancelRemote(stream: Stream): void {
    const next = cancelRemote(stream.state);
    if (next === "already-ended") return;
    stream.state = next;
    this.parts.outbox.addFrame({ kind: "cancel", streamId: stream.id }, FRAME_BYTES);
  }

  /** Forgets a stream that is over. Called after each event that may have ended it. */
  settle(stream: Stream): void {
    if (stream.unfinished !== isUnfinished(stream)) {
      stream.unfinished = !stream.unfinished;
      if (stream.unfinished) this.parts.abuse.told();
      else this.parts.abuse.finished();
    }
    if (!stream.isOver()) return;
    this.parts.table.remove(stream);
    this.parts.lending.left(stream.inbound.window);
    this.parts.itemDeadlines.end(stream);
    this.parts.ranks.remove(stream);
  }

  /** An item in parts is written, and the stream was completed meanwhile. */
  lastPartWritten(stream: Stream): void {
    this.complete(stream);
    this.settle(stream);
  }

  private endLocal(stream: Stream): boolean {
    if (!localOpen(stream.state)) return false;
    const next = endLocal(stream.state);
    if (next === "already-ended") return false;
    stream.state = next;
    stream.outbound.large = undefined;
    stream.outbound.isCompleting = false;
    this.parts.turns.remove(stream);
    return true;
  }
}

/** Whether its handler was told to stop, by an end that is not its own, and has not. */
function isUnfinished(stream: Stream): boolean {
  return stream.handled && !localOpen(stream.state) && (stream.isDeaf() || !remoteOpen(stream.state));
}

const CANCELLED: StreamFailure = streamFailure("CANCELLED", "The receiver wanted no more");

/** An ERROR or REJECT with every field at its limit. */
export const FAILURE_BYTES: number =
  FRAME_BYTES + ERROR_NAME_BYTES + ERROR_MESSAGE_BYTES + ERROR_DETAILS_BYTES;
