// What exists once both sides have said HELLO: the peer, the streams, and what is to be said to it. Shared by
// peer-signals.ts and local-signals.ts, which are the two halves of every stream's life; how that ends is in
// stream-ends.ts, what is said of the credit to send by in sender-credit.ts.

import type { MemoryAccount } from "@sluice/core";
import type { Criticality } from "@sluice/core";
import { FRAME_BYTES, type Settings } from "../limits.js";
import { type StreamFailure, streamFailure } from "../protocol-error.js";
import type { Assembly } from "../stream/assembly.js";
import type { Stream } from "../stream/stream.js";
import type { Role } from "../stream/stream-id.js";
import { localOpen } from "../stream/stream-state.js";
import { StreamTable } from "../stream/stream-table.js";
import type { Abuse, Verdict } from "./abuse.js";
import type { EventQueue } from "./event-queue.js";
import { Grants } from "./grants.js";
import { ItemDeadlines } from "./item-deadlines.js";
import { Lending } from "./lending.js";
import type { Outbox } from "./outbox.js";
import { RankChanges } from "./rank-changes.js";
import { SenderCredit } from "./sender-credit.js";
import type { Peer, TakeTurn } from "./session-api.js";
import { Stalls } from "./stalls.js";
import { StreamEnds } from "./stream-ends.js";
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

/** State of a connection after HELLO. */
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
  readonly ends: StreamEnds;
  readonly senderCredit: SenderCredit;
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
    this.turns = new Turns(settings.targetShared, this.stalls, (stream) => this.ends.lastPartWritten(stream));
    this.ranks = new RankChanges(peer.controlPerSecond ?? settings.controlPerSecond);
    this.lending = new Lending(settings, account, outbox);
    this.grants = new Grants(this.table, this.lending);
    this.ends = new StreamEnds(this);
    this.senderCredit = new SenderCredit(outbox, this.turns);
  }

  /**
   * Bytes at which the message being assembled is closed (protocol.md §6.2). What is sent outside a turn, a
   * reply for instance, has the message for itself if no stream waits for a turn.
   */
  target(): number {
    return this.closeAt ?? this.targetFor(this.turns.waiting() === "nothing");
  }

  /**
   * Bytes that so many items may have together in one frame (protocol.md §6.2). Several: twice the target, so that what
   * was asked for before its size was known is sent by and by. One: the target, beyond it the item goes in parts; where
   * nobody waits behind it twice that as well: a chunk of 64 KiB, as files are read, is then one message, which the
   * receiver hands on as it came instead of putting it together.
   */
  mostOf(count: number): number {
    const target = this.target();
    const most = count === 1 && target <= this.settings.targetShared ? target : 2 * target;
    return Math.min(most, this.mostOfMessage());
  }

  /** Bytes of one item that the longest message which the peer takes can have. */
  mostOfMessage(): number {
    return this.peer.messageBytes - FRAME_BYTES - LENGTH_BYTES;
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
    for (const stream of this.table.all()) stream.uselessFree += 1;
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
      this.ends.abort(stream, stalled(stream, stallMs));
    }
    for (const stream of this.itemDeadlines.overdue(now)) {
      const { assembly } = stream.inbound;
      if (assembly === undefined) continue;
      const isTheirs = stream.openedBy === "peer" && localOpen(stream.state);
      this.ends.abort(stream, itemTimeout(assembly, itemMs));
      if (isTheirs) this.peerFailed();
    }
  }

  /** The next item of a stream, alone, is not covered. Outside of a turn the stream runs dry here, in one it will. */
  wants(stream: Stream, charge: number, now: number): void {
    stream.outbound.wants(charge);
    this.senderCredit.sayNeed(stream);
    if (this.closeAt === undefined) this.turns.ranDry(stream, now);
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
}

/** A length in front of an item, at most: a varint below 2^28. */
const LENGTH_BYTES = 4;

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
