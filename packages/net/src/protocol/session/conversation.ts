// What exists once both sides have said HELLO: the peer, the streams, and what is to be said to it. Shared by
// peer-signals.ts and local-signals.ts, which are the two halves of every stream's life.

import type { MemoryAccount } from "@sluice/core";
import type { Criticality } from "../frame/rank.js";
import type { Settings } from "../limits.js";
import { ERROR_DETAILS_BYTES, ERROR_MESSAGE_BYTES, ERROR_NAME_BYTES, FRAME_BYTES } from "../limits.js";
import { type StreamFailure, streamFailure } from "../protocol-error.js";
import type { Assembly } from "../stream/assembly.js";
import type { Stream } from "../stream/stream.js";
import type { Role } from "../stream/stream-id.js";
import { cancelRemote, endLocal, localOpen, remoteOpen } from "../stream/stream-state.js";
import { StreamTable } from "../stream/stream-table.js";
import type { Abuse, Verdict } from "./abuse.js";
import type { EventQueue } from "./event-queue.js";
import { Grants } from "./grants.js";
import { ItemDeadlines } from "./item-deadlines.js";
import { Lending } from "./lending.js";
import type { Outbox } from "./outbox.js";
import { RankChanges } from "./rank-changes.js";
import type { Peer, TakeTurn } from "./session-api.js";
import { Stalls } from "./stalls.js";
import { Turns } from "./turns.js";

/** What a conversation is made of. */
export interface ConversationParts {
  readonly role: Role;
  readonly settings: Settings;
  readonly codecs: readonly string[];
  readonly peer: Peer;
  readonly outbox: Outbox;
  readonly events: EventQueue;
  readonly abuse: Abuse;
  /** Hears once that the peer has had enough warnings' worth (GOAWAY), or has to go (an error). */
  readonly onVerdict: (verdict: Exclude<Verdict, "fine">) => void;
  readonly account?: MemoryAccount | undefined;
}

/** State of a connection after HELLO, and the ways in which a stream's local direction ends. */
export class Conversation {
  readonly settings: Settings;
  readonly codecs: readonly string[];
  /** What the peer said of itself; before that, what holds of any (pipelining.ts). */
  peer: Peer;
  readonly outbox: Outbox;
  readonly events: EventQueue;
  readonly abuse: Abuse;
  /** Time of the last message or tick. */
  now = 0;
  readonly table: StreamTable;
  readonly stalls: Stalls;
  readonly turns: Turns;
  readonly lending: Lending;
  readonly ranks: RankChanges;
  readonly itemDeadlines: ItemDeadlines;
  readonly grants: Grants;
  // Whoever was told DRAIN and has not answered. Bound: the running streams.
  private readonly draining = new Set<Stream>();
  private readonly onVerdict: ConversationParts["onVerdict"];
  // While turns run: where the message is closed, decided before the first of them.
  private closeAt: number | undefined = undefined;

  constructor({
    role,
    settings,
    codecs,
    peer,
    outbox,
    events,
    abuse,
    onVerdict,
    account,
  }: ConversationParts) {
    this.settings = settings;
    this.codecs = codecs;
    this.peer = peer;
    this.outbox = outbox;
    this.events = events;
    this.abuse = abuse;
    this.onVerdict = onVerdict;
    this.table = new StreamTable(role, settings, peer.peerStreams);
    this.itemDeadlines = new ItemDeadlines(settings.itemMs);
    this.stalls = new Stalls(settings.stallMs);
    this.turns = new Turns(settings.targetShared, this.stalls, (stream) => this.lastPartWritten(stream));
    this.ranks = new RankChanges(peer.controlPerSecond ?? settings.controlPerSecond);
    this.lending = new Lending(settings, account, outbox);
    this.grants = new Grants(this.table, this.lending);
  }

  /**
   * Bytes at which the message being assembled is closed (protocol.md §6.2). What is sent outside a turn, a
   * reply for instance, has the message for itself if no stream waits for a turn.
   */
  target(): number {
    return this.closeAt ?? this.targetFor(this.turns.waiting() === "nothing");
  }

  /** Gives turns until the message is full. A stream has it for itself if it is alone and nothing was sent before. */
  runTurns(take: TakeTurn, now: number): void {
    const target = this.targetFor(this.outbox.dataBytes === 0 && this.turns.waiting() !== "several");
    this.closeAt = target;
    try {
      this.turns.run(take, target, this.outbox, now);
    } finally {
      this.closeAt = undefined;
    }
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
    this.outbox.addFrame(frame, FRAME_BYTES);
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
    this.outbox.addFrame(frame, FAILURE_BYTES);
  }

  /** Ends the local direction because the peer wants no more, or failed itself. */
  giveUp(stream: Stream): void {
    this.fail(stream, CANCELLED);
  }

  /** Ends the local direction with REJECT, if it is open. */
  reject(stream: Stream, failure: StreamFailure): void {
    if (!this.endLocal(stream)) return;
    this.outbox.addFrame({ kind: "reject", streamId: stream.id, failure }, FAILURE_BYTES);
  }

  /** The server's HELLO came after streams were opened: its limits hold from here on. */
  heard(peer: Peer): void {
    this.peer = peer;
    this.table.heardLimit(peer.peerStreams);
    for (const stream of this.table.all()) stream.outbound.bytes.raise(peer.shareBytes);
  }

  /**
   * The session goes on over another transport. The peer states every limit again, useful or not (docs/protocol.md
   * §10.4), and the time without a transport is nobody's fault.
   */
  goesOn(now: number): void {
    this.itemDeadlines.restart(now);
    this.stalls.restart(now);
    for (const stream of this.table.all()) stream.blockedSaid += 1;
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
    if (!stream.silent) this.events.add({ kind: "failed", streamId, failure, rejected: false });
    stream.silent = true;
    inbound.discard();
    this.settle(stream);
  }

  /** Says CANCEL, once, if the peer's direction is open. */
  cancelRemote(stream: Stream): void {
    const next = cancelRemote(stream.state);
    if (next === "already-ended") return;
    stream.state = next;
    this.outbox.addFrame({ kind: "cancel", streamId: stream.id }, FRAME_BYTES);
  }

  /** From here on the stream has this rank; whoever changed it. */
  setRank(stream: Stream, urgency: number, criticality: Criticality, now: number): void {
    this.turns.setUrgency(stream, urgency);
    if (criticality === stream.criticality) return;
    this.stalls.moved(stream);
    stream.criticality = criticality;
    if (stream.outbound.blockedSince !== undefined) this.stalls.stopped(stream, now);
  }

  /** When `tick` wants to be called. */
  nextTick(): number {
    return Math.min(this.stalls.nextTick(), this.itemDeadlines.nextTick(), this.ranks.nextTick());
  }

  /** Ends the streams that have waited for too long, for credit or for the rest of an item, and says changed ranks. */
  tick(now: number): void {
    const { stallMs, itemMs } = this.settings;
    this.ranks.tick(this.outbox, now);
    for (let stream = this.stalls.due(now); stream !== undefined; stream = this.stalls.due(now)) {
      this.abort(stream, stalled(stream, stallMs));
    }
    for (const stream of this.itemDeadlines.overdue(now)) {
      const { assembly } = stream.inbound;
      if (assembly === undefined) continue;
      const isTheirs = stream.openedBy === "peer" && localOpen(stream.state);
      this.abort(stream, itemTimeout(assembly, itemMs));
      if (isTheirs) this.peerFailed();
    }
  }

  /** Forgets a stream that is over. Called after each event that may have ended it. */
  settle(stream: Stream): void {
    if (stream.unfinished !== isUnfinished(stream)) {
      stream.unfinished = !stream.unfinished;
      if (stream.unfinished) this.abuse.told();
      else this.abuse.finished();
    }
    if (!stream.isOver()) return;
    this.table.remove(stream);
    this.lending.left(stream.inbound.window);
    this.itemDeadlines.end(stream);
    this.ranks.remove(stream);
  }

  /** The next item of a stream, alone, is not covered. Outside of a turn the stream runs dry here, in one it will. */
  wants(stream: Stream, charge: number, now: number): void {
    stream.outbound.wants(charge);
    this.sayNeed(stream);
    if (this.closeAt === undefined) this.turns.ranDry(stream, now);
  }

  /** Says what the next item of a stream needs, where that does not come by itself; once for each limit. */
  sayNeed(stream: Stream): void {
    const { outbound } = stream;
    if (outbound.needed > 0 && outbound.bytes.sayBlocked() === "say") this.sayBlocked(stream);
  }

  /** Says what stops a stream that has something to send. */
  sayBlocked(stream: Stream): void {
    stream.blockedSaid += 1;
    const { outbound } = stream;
    // Nothing may stop it, and yet it could not send: its next items are larger than the bytes that are left.
    const limit = outbound.stoppedBy() ?? "bytes";
    const value = limit === "items" ? outbound.items.granted : outbound.bytes.granted;
    const backlog = outbound.nextCharge > 0 ? 1 : 0;
    const needed = limit === "bytes" ? outbound.needed : 0;
    const frame = { kind: "blocked", streamId: stream.id, limit, value, backlog, needed } as const;
    // In the lane of the stream's OPEN, which may not be taken yet.
    this.outbox.addNote(frame, FRAME_BYTES);
  }

  /** The peer wants byte credit of a stream back. */
  toBeDrained(stream: Stream): void {
    this.draining.add(stream);
  }

  /**
   * Answers DRAIN for whom it is time: who waits for a turn has one first, and sends what it can. Otherwise two
   * needs could take their loans from each other for ever.
   */
  answerDrains(): void {
    for (const stream of this.draining) {
      const { outbound } = stream;
      if (localOpen(stream.state)) {
        // What is covered and has not begun is covered by what DRAINED would give back.
        if (outbound.large?.isBegun === false) continue;
        if (this.turns.isWaiting(stream) && !outbound.hasSentSinceDrain) continue;
        const frame = { kind: "drained", streamId: stream.id, bytes: outbound.drained() } as const;
        this.outbox.addFrame(frame, FRAME_BYTES);
        // Behind it, since positions have moved: the need that was said before is none any more.
        this.sayNeed(stream);
      }
      this.draining.delete(stream);
    }
  }

  /** Nothing is lent or held any more. */
  close(): void {
    this.lending.pool.close();
  }

  /** A stream that the peer opened ended early because the peer wanted it so (docs/protocol.md §7.4). */
  thrownAway(): void {
    this.judge(this.abuse.churn(this.now));
  }

  /** A stream that the peer opened failed, and the peer is to blame. */
  peerFailed(): void {
    this.judge(this.abuse.peerError());
    this.thrownAway();
  }

  private judge(verdict: Verdict): void {
    if (verdict !== "fine") this.onVerdict(verdict);
  }

  private targetFor(alone: boolean): number {
    return alone ? this.settings.targetAlone : this.settings.targetShared;
  }

  private endLocal(stream: Stream): boolean {
    if (!localOpen(stream.state)) return false;
    const next = endLocal(stream.state);
    if (next === "already-ended") return false;
    stream.state = next;
    stream.outbound.large = undefined;
    stream.outbound.isCompleting = false;
    this.turns.remove(stream);
    return true;
  }

  private lastPartWritten(stream: Stream): void {
    this.complete(stream);
    this.settle(stream);
  }
}

/** Whether its handler was told to stop, by an end that is not its own, and has not. */
function isUnfinished(stream: Stream): boolean {
  return stream.handled && !localOpen(stream.state) && (stream.isDeaf() || !remoteOpen(stream.state));
}

const CANCELLED: StreamFailure = streamFailure("CANCELLED", "The receiver wanted no more");

function stalled({ criticality, outbound }: Stream, stallMs: number): StreamFailure {
  const limit = outbound.stoppedBy() ?? "bytes";
  const { granted } = limit === "items" ? outbound.items : outbound.bytes;
  return streamFailure(
    "STALLED",
    `Cannot keep a ${criticality} stream that has had no credit for its next item: the limit of ${limit} is ${granted}, stallMs is ${stallMs}; take items faster, or mark the stream critical`,
  );
}

function itemTimeout({ received, total }: Assembly, itemMs: number): StreamFailure {
  return streamFailure(
    "ITEM_TIMEOUT",
    `Cannot wait for the rest of an item: ${received} of ${total} bytes came in time, itemMs is ${itemMs}; send smaller items, or raise itemMs`,
  );
}

/** An ERROR or REJECT with every field at its limit. */
export const FAILURE_BYTES: number =
  FRAME_BYTES + ERROR_NAME_BYTES + ERROR_MESSAGE_BYTES + ERROR_DETAILS_BYTES;
