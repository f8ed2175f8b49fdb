// The one place where a Session, a Transport and a Clock meet. It carries bytes from the transport into the
// session, events from the session to the streams, and messages from the session to the transport.
//
//   transport ──message──► receive ──► session ──events──► StreamEnd of each stream, ConnectionOwner
//   transport ◄──────────── flush ◄── transmit ◄─ onTurn ── StreamEnd
//
// When to flush (protocol.md, "Data path"): replies to calls at the end of the incoming message; everything
// else once a turn, gathered, by `defer` (setImmediate in Node: six times the items of a microtask flush).
// While several streams wait, one data message a turn; a stream alone goes on until there is no room or no
// credit. Without room nothing goes: no source is asked, and answers to what the peer says gather in the session,
// where each kind of them is bounded, and not as ever more small messages in front of a peer that reads nothing.

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
  type Transport,
  type TransportEnd,
} from "../transport/transport.js";
import type { ConnectionOwner, StreamEnd } from "./connection-parts.js";
import { connectionError, connectionLost, transportLost } from "./failure.js";
import type { Runtime } from "./runtime.js";
import type { ConnectionSnapshot, StreamSnapshot } from "./snapshot.js";
import { Ticker } from "./ticker.js";

/** A session on a transport, with the streams that run over it. */
export class Connection {
  readonly session: SessionApi;
  /** What the peer said of itself; undefined before its HELLO. */
  peer: Peer | undefined = undefined;
  private readonly transport: Transport;
  private readonly clock: Clock;
  private readonly defer: (task: () => void) => void;
  private readonly owner: ConnectionOwner;
  private readonly streams = new Map<number, StreamEnd>();
  private readonly takeTurn: TakeTurn;
  private readonly flushTask: () => void;
  private readonly ticker: Ticker;
  private roomLeft = true;
  private isReceiving = false;
  private hasReply = false;
  private isFlushing = false;
  private isScheduled = false;
  private isClosing = false;
  private ended = false;

  constructor(transport: Transport, runtime: Runtime, owner: ConnectionOwner, options: SessionOptions) {
    this.session = new Session(options, runtime.clock.now());
    this.transport = transport;
    this.clock = runtime.clock;
    this.defer = runtime.defer;
    this.owner = owner;
    this.takeTurn = (streamId, turn) => this.streams.get(streamId)?.onTurn(turn) ?? "idle";
    this.flushTask = () => {
      this.isScheduled = false;
      this.flush();
    };
    this.ticker = new Ticker(runtime.clock, () => {
      this.session.tick(this.clock.now());
      this.flush();
    });
  }

  /** Starts to listen and says HELLO. Apart from the constructor, so that the owner can keep the result first. */
  start(): void {
    this.transport.onClose((end) => this.onTransportClosed(end));
    this.transport.onRoom(() => {
      this.roomLeft = true;
      this.flush();
    });
    this.transport.onMessage((message) => this.receive(message));
    this.flush();
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
    if (this.isScheduled || this.ended) return;
    this.isScheduled = true;
    this.defer(this.flushTask);
  }

  /** As `wake`, for the answer to a call: while a message is being taken in, it goes at the end of it. */
  wakeReply(): void {
    if (this.isReceiving) this.hasReply = true;
    else this.wake();
  }

  /** Whether the transport has room: without it items wait for their turn, which comes with room. */
  hasRoom(): boolean {
    return this.roomLeft;
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
    this.isClosing = true;
    this.wake();
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

  private receive(message: Uint8Array): void {
    if (this.ended) return;
    this.isReceiving = true;
    this.session.receive(message, this.clock.now());
    this.dispatchEvents();
    this.isReceiving = false;
    if (this.hasReply) {
      this.hasReply = false;
      this.flush();
    } else {
      this.wake();
    }
  }

  private flush(): void {
    if (this.ended || this.isFlushing) return;
    this.isFlushing = true;
    this.dispatchEvents();
    if (this.isClosing) this.sendLast();
    else this.sendMessages();
    this.isFlushing = false;
    this.dispatchEvents();
    this.ticker.atLatest(this.session.nextTick());
  }

  private sendMessages(): void {
    while (this.roomLeft) {
      const message = this.session.transmit(this.clock.now(), this.takeTurn);
      if (message === undefined) return;
      this.roomLeft = this.transport.send(message) > 0;
      const waiting = this.session.waiting();
      if (waiting === "nothing") return;
      if (waiting === "several") {
        this.wake();
        return;
      }
    }
  }

  /** What was said goes, an answer among it perhaps; no source is asked any more. */
  private sendLast(): void {
    for (let message = this.transmitSaid(); message !== undefined; message = this.transmitSaid()) {
      this.transport.send(message);
    }
    this.session.close();
  }

  private transmitSaid(): Uint8Array | undefined {
    return this.session.transmit(this.clock.now());
  }

  private dispatchEvents(): void {
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
    // The last message tells the peer why; it is control only, and goes whether or not there is room.
    const last = this.transmitSaid();
    if (last !== undefined) this.transport.send(last);
    if (error === undefined) this.transport.close(CLOSE_NORMAL, "");
    else this.transport.close(error.blame === "us" ? CLOSE_GOING_AWAY : CLOSE_PROTOCOL_ERROR, error.message);
    this.end(error === undefined ? undefined : connectionError(error));
  }

  private onTransportClosed(end: TransportEnd): void {
    if (!this.ended) {
      const clean = end.by === "peer" && end.code === CLOSE_NORMAL;
      this.end(transportLost(end), clean);
    }
    this.owner.onGone();
  }

  private end(error: SluiceError | undefined, isClean = error === undefined): void {
    this.ended = true;
    // When the link broke, the session does not know yet; it must not open another stream.
    this.session.close();
    this.ticker.stop();
    const lost = error ?? connectionLost("it was closed on this side");
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) stream.onClosed(lost);
    this.owner.onEnd(isClean ? undefined : error);
  }
}
