// One session with the streams that run over it, and the link that carries it. Messages go through the pump
// (pump.ts); here the session's events find their stream, and the end of either finds everybody.
//
//   transport ── Link ── Pump ── session ──events──► StreamEnd of each stream, ConnectionOwner

import type { Clock, SluiceError } from "@sluice/core";
import type { ProtocolError } from "../protocol/protocol-error.js";
import { Session } from "../protocol/session/session.js";
import type {
  Peer,
  SessionApi,
  SessionEvent,
  SessionOptions,
  TakeTurn,
} from "../protocol/session/session-api.js";
import {
  CLOSE_GOING_AWAY,
  CLOSE_NORMAL,
  CLOSE_PROTOCOL_ERROR,
  type TransportEnd,
} from "../transport/transport.js";
import type { ConnectionOwner, StreamEnd } from "./connection-parts.js";
import { connectionError, connectionLost, transportLost } from "./failure.js";
import type { Link, LinkListener } from "./link.js";
import { Pump, type PumpOwner } from "./pump.js";
import type { Runtime } from "./runtime.js";
import type { ConnectionSnapshot, StreamSnapshot } from "./snapshot.js";

/** A session on a link, with the streams that run over it. */
export class Connection implements LinkListener, PumpOwner {
  readonly session: SessionApi;
  /** What the peer said of itself; undefined before its HELLO. */
  peer: Peer | undefined = undefined;
  readonly takeTurn: TakeTurn;
  private readonly clock: Clock;
  private readonly owner: ConnectionOwner;
  private readonly pump: Pump;
  private readonly streams = new Map<number, StreamEnd>();
  private link: Link;
  private ended = false;

  constructor(link: Link, runtime: Runtime, owner: ConnectionOwner, options: SessionOptions) {
    this.session = new Session(options, runtime.clock.now());
    this.link = link;
    this.clock = runtime.clock;
    this.owner = owner;
    this.takeTurn = (streamId, turn) => this.streams.get(streamId)?.onTurn(turn) ?? "idle";
    this.pump = new Pump(this.session, runtime, this);
  }

  /** Starts to listen and says HELLO. Apart from the constructor, so that the owner can keep the result first. */
  start(): void {
    this.pump.use(this.link);
    this.link.start(this);
    this.pump.flush();
  }

  onMessage(message: Uint8Array): void {
    this.pump.receive(message);
  }

  onRoom(): void {
    this.pump.flush();
  }

  onLinkEnd(end: TransportEnd): void {
    if (!this.ended) {
      const clean = end.by === "peer" && end.code === CLOSE_NORMAL;
      this.end(transportLost(end), clean);
    }
    this.owner.onGone();
  }

  /** Makes `end` the stream with this id, for the events to come. */
  attach(streamId: number, end: StreamEnd): void {
    this.streams.set(streamId, end);
  }

  /** Forgets a stream; what comes for it from here on concerns nobody. */
  detach(streamId: number): void {
    this.streams.delete(streamId);
  }

  /** Something is to be sent: it goes with everything else of this turn. To be called after session calls. */
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

  /** Runs `task` after `delayMs`, for deadlines; returns what cancels it. */
  after(delayMs: number, task: () => void): () => void {
    return this.clock.schedule(delayMs, task);
  }

  /** Milliseconds on this connection's clock. */
  now(): number {
    return this.clock.now();
  }

  /** Announces the end; running streams go on, then the owner hears `onDrained`. */
  drain(reason: string): void {
    this.session.goaway({ reason });
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
    return { roundTripMs: this.session.roundTripMs, streams };
  }

  dispatchEvents(): void {
    for (;;) {
      const event = this.session.nextEvent();
      if (event === undefined) return;
      this.dispatch(event);
    }
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
        this.peer = event.peer;
        this.owner.onReady(event.peer);
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
        this.session.refuseResume("unknown");
        return;
      case "resumeRefused":
      case "suspended":
      case "blocked":
      case "roundTrip":
        // Seen through `snapshot`; nobody may wait for them.
        return;
      default:
        event satisfies never;
    }
  }

  private onSessionClosed(error: ProtocolError | undefined): void {
    if (this.ended) return;
    this.pump.sendSaid();
    if (error === undefined) this.link.close(CLOSE_NORMAL, "");
    else this.link.close(error.blame === "us" ? CLOSE_GOING_AWAY : CLOSE_PROTOCOL_ERROR, error.message);
    this.end(error === undefined ? undefined : connectionError(error));
  }

  private end(error: SluiceError | undefined, isClean = error === undefined): void {
    this.ended = true;
    // When the link broke, the session does not know yet; it must not open another stream.
    this.session.close();
    this.pump.stop();
    const lost = error ?? connectionLost("it was closed on this side");
    const streams = [...this.streams.values()];
    this.streams.clear();
    // The owner first: a stream that is opened again must not find this connection any more.
    this.owner.onEnd(isClean ? undefined : error);
    for (const stream of streams) stream.onClosed(lost, false);
  }
}
