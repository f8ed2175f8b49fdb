// One session with the streams that run over it, and the link that carries it now. Messages go through the pump
// (pump.ts); here the session's events find their stream, and the end of either finds everybody.
//
//   transport ── Link ── Pump ── session ──events──► StreamEnd of each stream, ConnectionOwner
//
//   linked ──link lost──► suspended ──adopt──► linked          a session that can be resumed (protocol.md §10)
//     │  └──handOver──► gone            │ its time is over, abandon, close
//     │ session closed, link lost       │
//     └──────────────► ended ◄──────────┘

import type { Clock, SluiceError } from "@sluice/core";
import type { Message } from "../../protocol/byte/message.js";
import { type Settings, settingsOf } from "../../protocol/limits.js";
import { type ProtocolError, violation } from "../../protocol/protocol-error.js";
import { Session } from "../../protocol/session/session.js";
import type {
  GoawayOptions,
  Peer,
  ResumeAnswer,
  ResumeRequest,
  SessionApi,
  SessionEvent,
  SessionOptions,
  TakeTurn,
} from "../../protocol/session/session-api.js";
import {
  CLOSE_GOING_AWAY,
  CLOSE_NORMAL,
  CLOSE_PROTOCOL_ERROR,
  type TransportEnd,
} from "../../transport/transport.js";
import type { ConnectionOwner, StreamEnd, StreamWatch } from "./connection-parts.js";
import { connectionError, connectionLost, transportLost } from "../failure/failure.js";
import type { Link, LinkListener } from "./link.js";
import { Pump, type PumpOwner } from "./pump.js";
import { RoundTrip } from "./round-trip.js";
import { type MemoryRegister, StreamHolders } from "./stream-holders.js";
import type { Runtime } from "./runtime.js";
import type { ConnectionSnapshot, StreamSnapshot } from "./snapshot.js";

/** A session on a link, with the streams that run over it. */
export class Connection implements LinkListener, PumpOwner {
  readonly session: SessionApi;
  /** What the peer said of itself; undefined before its HELLO. */
  peer: Peer | undefined = undefined;
  /** How far away the peer is, as `measure` and the heartbeat find. */
  readonly roundTrip: RoundTrip = new RoundTrip();
  /** The limits of this side. */
  readonly settings: Settings;
  readonly takeTurn: TakeTurn;
  /** Told how the streams of a server end; undefined: nobody asks. */
  watch: StreamWatch | undefined = undefined;
  private readonly clock: Clock;
  private readonly owner: ConnectionOwner;
  private readonly pump: Pump;
  private readonly streams = new Map<number, StreamEnd>();
  /** Undefined where nobody asks who holds how much. */
  private readonly holders: StreamHolders | undefined;
  private link: Link | undefined;
  /** What the session said while nobody may hear it, see `hold`. */
  private held: SessionEvent[] | undefined = undefined;
  private ended = false;

  constructor(link: Link, runtime: Runtime, owner: ConnectionOwner, options: SessionOptions) {
    this.settings = settingsOf(options.role, options.settings);
    this.session = new Session(options, runtime.clock.now());
    this.link = link;
    this.clock = runtime.clock;
    this.owner = owner;
    this.takeTurn = (streamId, turn) => this.streams.get(streamId)?.onTurn(turn) ?? "idle";
    this.pump = new Pump(this.session, runtime, this);
    const { account } = options;
    this.holders =
      account?.register === undefined ? undefined : new StreamHolders(account as MemoryRegister, this);
  }

  /** Starts to listen and says HELLO. Apart from the constructor, so that the owner can keep the result first. */
  start(): void {
    const link = this.link as Link;
    this.pump.use(link);
    link.start(this);
    this.pump.flush();
  }

  onMessage(message: Message): void {
    this.pump.receive(message);
  }

  onRoom(): void {
    this.pump.flush();
  }

  onLinkEnd(end: TransportEnd): void {
    this.dropLink();
    if (this.ended) {
      this.owner.onGone();
      return;
    }
    const isClean = end.by === "peer" && end.code === CLOSE_NORMAL;
    if (!isClean && !FOR_GOOD.has(end.code) && this.session.isResumable && this.owner.maySuspend()) {
      this.session.suspend(this.clock.now());
      this.pump.flush();
      return;
    }
    this.end(transportLost(end), isClean);
  }

  /** Goes on over `link`, which another connection has handed over; call `resume` before. */
  adopt(link: Link): void {
    const fenced = this.dropLink();
    this.link = link;
    this.pump.use(link);
    link.handTo(this);
    // Not before: from here on nothing of the old one is heard (protocol.md H21).
    fenced?.fence(CLOSE_GOING_AWAY, "The session goes on over another connection");
    this.pump.flush();
  }

  /** Whether the session goes on as `request` says; "gap" has ended it. `token`: the server's next one. */
  resume(request: ResumeRequest, token?: Uint8Array): ResumeAnswer {
    const now = this.clock.now();
    return this.session.resume(request, token === undefined ? { now } : { token, now });
  }

  /** Gives its link away and is over, without a word to its owner; undefined when the link is lost. */
  handOver(): Link | undefined {
    this.ended = true;
    // Its HELLO, if that was held: nothing may come before it on this link.
    this.pump.sendSaid();
    this.session.handOver();
    this.pump.stop();
    return this.dropLink();
  }

  /** The session will not be resumed: it ends, and what runs on it is lost. */
  abandon(why: string): void {
    this.session.abandon(why);
    this.pump.flush();
  }

  /**
   * Says nothing, and hands no event out but HELLO and the end, until `release`: while it is found out who the peer is. What
   * the peer sends meanwhile the session has let in: it is within its credit.
   */
  hold(): void {
    this.held ??= [];
    this.pump.hold(true);
  }

  release(): void {
    const { held = [] } = this;
    this.held = undefined;
    for (const event of held) this.dispatch(event);
    this.pump.hold(false);
  }

  /** Ends the session with an error that the peer is told. */
  refuse(error: ProtocolError): void {
    this.session.refuse(error);
    this.pump.flush();
  }

  /** Makes `end` the stream with this id, for the events to come. */
  attach(streamId: number, end: StreamEnd): void {
    this.streams.set(streamId, end);
    this.holders?.attached(streamId, end.snapshot().method);
  }

  /** Forgets a stream; what comes for it from here on concerns nobody. */
  detach(streamId: number): void {
    this.streams.delete(streamId);
    this.holders?.detached(streamId);
  }

  /** Something is to be sent: it goes with everything else of this turn. To be called after session calls. */
  /** Whether the memory of these bytes moves to the peer. */
  moves(bytes: Uint8Array): boolean {
    return this.link?.moves(bytes) ?? false;
  }

  wake(): void {
    this.pump.wake();
  }

  /** As `wake`, for the answer to a call: while a message is being taken in, it goes at the end of it. */
  wakeReply(): void {
    this.pump.wakeReply();
  }

  /** Whether the link has room: without it items wait for their turn, which comes with room. */
  hasRoom(): boolean {
    return this.pump.hasRoom();
  }

  /** Whether its session is over, or was handed over. */
  hasEnded(): boolean {
    return this.ended;
  }

  /** Whether it has a transport now. */
  isLinked(): boolean {
    return this.link !== undefined;
  }

  /** Runs `task` after `delayMs`, for deadlines; returns what cancels it. */
  after(delayMs: number, task: () => void): () => void {
    return this.clock.schedule(delayMs, task);
  }

  /** Milliseconds on this connection's clock. */
  now(): number {
    return this.clock.now();
  }

  /** Asks how far away the peer is, at most as often as that says something new. */
  measure(): void {
    if (this.session.measure(this.clock.now()) === "asked") this.wake();
  }

  /** Announces the end; running streams go on, then the owner hears `onDrained`. */
  drain(options: GoawayOptions): void {
    this.session.goaway(options);
    this.wake();
  }

  /** Ends after what has been said is sent; streams that still run are lost. */
  close(): void {
    this.pump.close();
  }

  /** Plain numbers, computed on call: watching costs nothing otherwise. */
  snapshot(): ConnectionSnapshot {
    const streams: StreamSnapshot[] = [];
    for (const [streamId, end] of this.streams) {
      const figures = this.session.figures(streamId);
      if (figures === undefined) continue;
      const { sendItems, sendBytes, receiveItems, receiveBytes } = figures;
      const { method, interaction, produced } = end.snapshot();
      streams.push({
        streamId,
        method,
        interaction,
        produced,
        sendItems,
        sendBytes,
        receiveItems,
        receiveBytes,
      });
    }
    const { roundTripMs, replayBytes } = this.session;
    return { roundTripMs, replayBytes, streams };
  }

  dispatchEvents(): void {
    for (;;) {
      const event = this.session.nextEvent();
      if (event === undefined) return;
      this.handOut(event);
    }
  }

  private handOut(event: SessionEvent): void {
    if (this.held === undefined || event.kind === "ready" || event.kind === "closed") this.dispatch(event);
    else this.keep(this.held, event);
  }

  private keep(held: SessionEvent[], event: SessionEvent): void {
    held.push(event);
    if (held.length !== MAX_HELD_EVENTS) return;
    const text = `Cannot take more than ${MAX_HELD_EVENTS} events before it is known who the peer is: wait for HELLO`;
    this.session.refuse(violation("FLOODED", text, "§2.1"));
  }

  private dispatch(event: SessionEvent): void {
    switch (event.kind) {
      case "batch":
      case "items":
        this.streams.get(event.streamId)?.onItems(event);
        return;
      case "credit":
        this.streams.get(event.streamId)?.onCredit();
        return;
      case "completed":
        this.streams.get(event.streamId)?.onCompleted();
        return;
      case "failed":
        this.streams.get(event.streamId)?.onFailed(event);
        return;
      case "cancelled":
        this.streams.get(event.streamId)?.onCancelled();
        return;
      case "ready":
        this.onReady(event.peer);
        return;
      case "opened":
        this.owner.onOpened(event);
        return;
      case "slots":
        this.owner.onSlots();
        return;
      case "goaway":
        this.owner.onGoaway(event);
        return;
      case "drained":
        this.owner.onDrained();
        return;
      case "closed":
        this.onSessionClosed(event.error);
        return;
      case "resume":
        this.owner.onResume(event.request);
        return;
      case "roundTrip":
        this.roundTrip.sample(event.ms, this.clock.now());
        return;
      case "resumeRefused":
        this.owner.onResumeRefused(event.message);
        return;
      case "suspended":
        this.onSuspended(event.error);
        return;
      case "urgency":
        this.streams.get(event.streamId)?.onRank(event);
        return;
      case "blocked":
        // Nobody may wait for it.
        return;
      default:
        event satisfies never;
    }
  }

  private onReady(peer: Peer): void {
    this.peer = peer;
    // Who is not let in is told so right behind HELLO (authenticate.ts): such a connection never was ready.
    const next = this.session.nextEvent();
    if (next?.kind !== "closed") this.owner.onReady(peer);
    if (next !== undefined) this.handOut(next);
  }

  private onSuspended(error: ProtocolError): void {
    // Still there when the session found out by itself, by its heartbeat.
    this.dropLink()?.fence(CLOSE_GOING_AWAY, error.message);
    this.owner.onSuspended();
  }

  private onSessionClosed(error: ProtocolError | undefined): void {
    if (this.ended) return;
    this.pump.sendSaid();
    if (error === undefined) this.link?.close(CLOSE_NORMAL, "");
    else this.link?.close(error.blame === "us" ? CLOSE_GOING_AWAY : CLOSE_PROTOCOL_ERROR, error.message);
    this.end(error === undefined ? undefined : connectionError(error));
  }

  private dropLink(): Link | undefined {
    const { link } = this;
    this.link = undefined;
    this.pump.use(undefined);
    return link;
  }

  private end(error: SluiceError | undefined, isClean = error === undefined): void {
    this.ended = true;
    // When the link broke, the session does not know yet; it must not open another stream.
    this.session.close();
    this.pump.stop();
    this.held = undefined;
    const lost = error ?? connectionLost("it was closed on this side");
    const streams = [...this.streams];
    this.streams.clear();
    this.holders?.clear();
    // The owner first: a stream that is opened again must not find this connection any more.
    this.owner.onEnd(isClean ? undefined : error);
    for (const [streamId, stream] of streams) stream.onClosed(lost, this.session.wasNeverSent(streamId));
    if (this.link === undefined) this.owner.onGone();
  }
}

/**
 * Close codes by which a side says that it cannot take what came (RFC 6455 §7.4.1: protocol error, text, bad UTF-8, too
 * big): sent again over another link, it would end that one too, without end (protocol.md F6).
 */
const FOR_GOOD: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009]);

/** A peer that keeps to what it may do before HELLO has eight streams open: judgement. */
const MAX_HELD_EVENTS = 4096;
