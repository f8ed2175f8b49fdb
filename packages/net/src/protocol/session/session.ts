// The session: bytes, time and local signals in; bytes and events out. It dispatches and nothing else: what a
// frame does to a stream is in peer-signals.ts, what the local side does in local-signals.ts, what is said of
// the connection as a whole is here. No I/O, no timer, no global. As long as the API has methods, one line each.

import { utf8Length } from "../byte/utf8.js";
import { readMessage } from "../frame/batch.js";
import type { Frame } from "../frame/frame.js";
import type { GoawayFrame } from "../frame/goaway.js";
import type { HelloFrame } from "../frame/hello.js";
import { pingBytes, pingNumber } from "../frame/ping.js";
import {
  CODEC_NAME_BYTES,
  CODEC_NAMES,
  ERROR_MESSAGE_BYTES,
  ERROR_NAME_BYTES,
  FRAME_BYTES,
  REASON_BYTES,
  type Settings,
  SMALLEST_MESSAGE,
  settingsOf,
} from "../limits.js";
import { ProtocolError, type StreamFailure, violation } from "../protocol-error.js";
import type { Role } from "../stream/stream-id.js";
import { Abuse } from "./abuse.js";
import { BlockedReport } from "./blocked-report.js";
import { Conversation } from "./conversation.js";
import { failureOf, handshakeTimeout, heartbeatLost, toldByPeer, tooLarge, writeStalled } from "./endings.js";
import { EventQueue } from "./event-queue.js";
import { helloOf, peerOf } from "./handshake.js";
import { Keepalive } from "./keepalive.js";
import { LocalSignals } from "./local-signals.js";
import { Outbox } from "./outbox.js";
import { PeerSignals } from "./peer-signals.js";
import { UNHEARD } from "./pipelining.js";
import type {
  GoawayOptions,
  OpenOptions,
  OpenRefusal,
  Peer,
  Sendable,
  SendResult,
  SessionApi,
  SessionEvent,
  SessionOptions,
  StreamFigures,
  TakeTurn,
  Waiting,
} from "./session-api.js";
import { agree, close, drain, OPENING, type SessionState } from "./session-state.js";
import { WriteStall } from "./write-stall.js";

/**
 * One side of a connection, as a state machine that does no I/O. Feed it messages, time and local signals;
 * drain `nextEvent()` after each call, then send what `transmit` gives. Never call it from within `transmit`'s
 * turn but for the stream whose turn it is.
 *
 * *Demand:* `grantItems` states the local subscriber's total; CREDIT goes out when half of it is free or the
 * peer is at zero. *Buffers:* no payload; frames of the message being assembled (its target and one frame) and
 * an OPEN for each stream. What is received and not consumed is at most shareBytes a stream and receiveBudget
 * in all; the peer is cut off at its first byte beyond. *Errors:* a broken rule is the event `closed` with a
 * ProtocolError; only wrong arguments throw. *Cancel:* `cancel` lets go at once what a stream holds.
 *
 * @example
 * ```ts
 * import { Session } from "@sluice/net/protocol";
 *
 * const client = new Session({ role: "client", codecs: ["raw"] }, 0);
 * const server = new Session({ role: "server", codecs: ["raw"] }, 0);
 * const exchange = () => {
 *   for (let i = 0; i < 4; i++) {
 *     for (let m = client.transmit(0); m !== undefined; m = client.transmit(0)) server.receive(m, 0);
 *     for (let m = server.transmit(0); m !== undefined; m = server.transmit(0)) client.receive(m, 0);
 *   }
 * };
 * exchange();
 * const id = client.open({ interaction: "stream", method: "letters", codec: "raw", demand: 2 });
 * exchange();
 * if (typeof id === "number") {
 *   console.log(server.sendItems(id, [new Uint8Array([97]), new Uint8Array([98])])); // prints sent
 *   console.log(server.sendItems(id, [new Uint8Array([99])])); // prints over-credit
 * }
 * ```
 */
export class Session implements SessionApi {
  private readonly role: Role;
  private readonly settings: Settings;
  private readonly codecs: readonly string[];
  private readonly outbox = new Outbox(SMALLEST_MESSAGE);
  private readonly events = new EventQueue();
  private readonly keepalive: Keepalive;
  private readonly blockedReport: BlockedReport;
  private readonly abuse: Abuse;
  private readonly writeStall: WriteStall;
  private readonly handshakeUntil: number;
  private readonly takeFrame = (frame: Frame): "more" | "stop" => this.take(frame);
  private readonly skipFrame = (): void => this.abuse.control("frame of an unknown type", this.now);
  private state: SessionState = OPENING;
  private fromPeer: PeerSignals | undefined = undefined;
  private fromHere: LocalSignals | undefined = undefined;
  private now: number;
  // Streams opened before HELLO came; from then on it is the one of the state.
  private early: Conversation | undefined = undefined;
  private pongWaits = false;
  private slotsWanted = false;
  private saidDrained = false;
  private heardGoaway = false;

  /** `now`: milliseconds of any clock that never goes backwards, the same for all calls. Throws a RangeError for settings or codecs that cannot work. */
  constructor(options: SessionOptions, now: number) {
    this.role = options.role;
    this.settings = settingsOf(options.role, options.settings);
    this.codecs = checkedCodecs(options.codecs);
    this.now = now;
    this.handshakeUntil = now + this.settings.handshakeMs;
    this.keepalive = new Keepalive(this.settings.heartbeatMs, this.settings.heartbeatsMissed, now);
    this.blockedReport = new BlockedReport(this.settings.blockedMs);
    this.abuse = new Abuse(this.settings, now);
    this.writeStall = new WriteStall(this.settings.writeStallMs);
    this.outbox.addControl(helloOf(this.role, this.settings, this.codecs), SMALLEST_MESSAGE);
  }

  get roundTripMs(): number | undefined {
    return this.keepalive.roundTripMs;
  }

  receive(message: Uint8Array, now: number): void {
    this.now = now;
    if (this.state.kind === "closed") return;
    this.keepalive.heard(now);
    this.noteTime(now);
    try {
      if (message.length > this.settings.messageBytes)
        throw tooLarge(message.length, this.settings.messageBytes);
      readMessage(message, this.takeFrame, this.skipFrame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.end(error, "tell");
    }
  }

  refuse(error: ProtocolError): void {
    this.end(error, "tell");
  }

  tick(now: number): void {
    this.now = now;
    switch (this.state.kind) {
      case "opening":
        if (now >= this.handshakeUntil) this.end(handshakeTimeout(this.settings.handshakeMs), "tell");
        return;
      case "open":
      case "draining":
        this.noteTime(now);
        this.blockedReport.tick(this.state.conversation, now);
        this.beat(now);
        if (this.writeStall.isStalled(now)) this.end(writeStalled(this.settings.writeStallMs), "tell");
        return;
      case "closed":
        return;
      default:
        impossible(this.state);
    }
  }

  nextTick(): number {
    switch (this.state.kind) {
      case "opening":
        return this.handshakeUntil;
      case "open":
      case "draining": {
        const report = this.blockedReport.nextTick(this.state.conversation);
        this.writeStall.note(!this.outbox.isEmpty() || this.state.conversation.grants.isDue(), this.now);
        return Math.min(this.keepalive.nextTick(), report, this.writeStall.nextTick());
      }
      case "closed":
        return Number.POSITIVE_INFINITY;
      default:
        return impossible(this.state);
    }
  }

  transmit(now: number, turn?: TakeTurn): Uint8Array | undefined {
    this.now = now;
    if (this.state.kind === "open" || this.state.kind === "draining") {
      const { conversation } = this.state;
      if (turn !== undefined) conversation.runTurns(turn, now);
      if (conversation.grants.isDue()) conversation.grants.write(this.outbox);
    }
    this.writeStall.taken();
    const message = this.outbox.take();
    if (!this.outbox.hasControl()) this.pongWaits = false;
    return message;
  }

  waiting(): Waiting {
    const something = this.outbox.isEmpty() ? "nothing" : "one";
    if (this.state.kind !== "open" && this.state.kind !== "draining") return something;
    const { turns, grants } = this.state.conversation;
    const offered = turns.waiting();
    if (offered === "nothing") return grants.isDue() ? "one" : something;
    return offered === "one" && this.outbox.dataBytes === 0 ? "one" : "several";
  }

  nextEvent(): SessionEvent | undefined {
    return this.events.take() ?? this.lateEvent();
  }

  open(options: OpenOptions): number | OpenRefusal {
    if (this.state.kind === "opening") return this.openEarly(options);
    if (this.state.kind === "closed" || this.fromHere === undefined) return "closed";
    if (this.state.kind === "draining") return "going-away";
    const answer = this.fromHere.open(options);
    if (answer === "exhausted") this.goaway({ reason: "All stream ids are used" });
    if (answer === "no-slot") {
      this.slotsWanted = true;
      this.blockedReport.noSlot(this.state.conversation, this.now);
    }
    return answer;
  }

  reject(streamId: number, failure: StreamFailure): void {
    this.fromHere?.reject(streamId, failure);
  }

  offer(streamId: number): void {
    this.fromHere?.offer(streamId, this.now);
  }

  sendBatch(streamId: number, count: number, payload: Uint8Array): SendResult {
    return this.fromHere?.sendBatch(streamId, count, payload) ?? "ended";
  }

  sendItems(streamId: number, items: readonly Uint8Array[]): SendResult {
    return this.fromHere?.sendItems(streamId, items) ?? "ended";
  }

  sendable(streamId: number): Sendable {
    return this.fromHere?.sendable(streamId) ?? { items: 0, bytes: 0 };
  }

  complete(streamId: number): void {
    this.fromHere?.complete(streamId);
  }

  fail(streamId: number, failure: StreamFailure): void {
    this.fromHere?.fail(streamId, failure);
  }

  cancel(streamId: number): void {
    this.fromHere?.cancel(streamId);
  }

  released(streamId: number): void {
    this.fromHere?.released(streamId);
  }

  grantItems(streamId: number, totalDemand: number): void {
    this.fromHere?.grantItems(streamId, totalDemand);
  }

  consumed(streamId: number, count: number): void {
    this.fromHere?.consumed(streamId, count);
  }

  goaway({ reason, reconnectAfterMs = 0, spreadMs = 0 }: GoawayOptions): void {
    for (const ms of [reconnectAfterMs, spreadMs]) {
      if (!Number.isSafeInteger(ms) || ms < 0) {
        throw new RangeError(`Cannot say GOAWAY with ${ms} ms: times must be integers >= 0`);
      }
    }
    if (this.state.kind !== "open" && this.state.kind !== "draining") return;
    const lastStreamId = this.state.conversation.table.lastOfPeer();
    const next = drain(this.state, lastStreamId);
    if (next === "not-now") return;
    this.state = next;
    const frame = { kind: "goaway", lastStreamId, reconnectAfterMs, spreadMs, reason } as const;
    this.outbox.addControl(frame, FRAME_BYTES + REASON_BYTES);
  }

  close(): void {
    this.end(undefined, "silent");
  }

  figures(streamId: number): StreamFigures | undefined {
    return this.fromHere?.figures(streamId);
  }

  private take(frame: Frame): "more" | "stop" {
    const { state, fromPeer } = this;
    if (frame.kind === "error" && frame.streamId === 0) {
      this.end(toldByPeer(frame), "silent");
      return "stop";
    }
    if (frame.kind === "hello") {
      this.hello(frame);
      return "more";
    }
    if (fromPeer === undefined || state.kind === "opening" || state.kind === "closed") {
      throw violation(
        "HELLO_EXPECTED",
        `Cannot take ${frame.kind} before HELLO: it comes first, once`,
        "§2.1",
      );
    }
    switch (frame.kind) {
      case "open":
        fromPeer.opens.open(frame, state.kind === "draining" && state.lastPeerStream !== undefined);
        break;
      case "items":
        fromPeer.items(frame);
        break;
      case "credit":
        fromPeer.credit(frame, this.now);
        break;
      case "complete":
        fromPeer.complete(frame);
        break;
      case "error":
        fromPeer.error(frame);
        break;
      case "cancel":
        fromPeer.cancel(frame);
        break;
      case "reject":
        fromPeer.reject(frame);
        break;
      case "blocked":
        fromPeer.blocked(frame, this.now);
        break;
      case "ping":
        this.abuse.control("PING", this.now);
        this.ping(frame.opaque);
        break;
      case "pong":
        this.pong(frame.opaque);
        break;
      case "goaway":
        this.goneAway(frame);
        break;
      // Known and not handled yet. B: drain, drained. C: ack, resume, resume-reject. D: part, urgency.
      case "drain":
      case "drained":
      case "ack":
      case "resume":
      case "resume-reject":
      case "part":
      case "urgency":
        throw violation(
          "FRAME_UNEXPECTED",
          `Cannot take ${frame.kind}: this side does not do it yet`,
          "§3.3",
        );
      default:
        impossible(frame);
    }
    // A frame may have been the last that this side takes: the peer was judged by it.
    return this.isOver() ? "stop" : "more";
  }

  private isOver(): boolean {
    return this.state.kind === "closed";
  }

  // Before the server's HELLO a client opens what any server takes (docs/protocol.md §2.5).
  private openEarly(options: OpenOptions): number | OpenRefusal {
    if (this.role === "server") return "not-ready";
    this.early ??= this.conversationWith(UNHEARD);
    this.fromHere ??= new LocalSignals(this.early);
    const answer = this.fromHere.open(options, true);
    return answer === "no-slot" ? "not-ready" : answer;
  }

  private conversationWith(peer: Peer): Conversation {
    const { role, settings, codecs, outbox, events, abuse } = this;
    const onVerdict = (verdict: "enough" | ProtocolError): void => {
      if (verdict === "enough") this.goaway(ENOUGH);
      else this.end(verdict, "tell");
    };
    return new Conversation({ role, settings, codecs, peer, outbox, events, abuse, onVerdict });
  }

  private noteTime(now: number): void {
    if (this.state.kind === "open" || this.state.kind === "draining") this.state.conversation.now = now;
  }

  private hello(frame: HelloFrame): void {
    if (this.state.kind !== "opening") {
      throw violation("HELLO_REPEATED", "Cannot take a second HELLO: it comes first, once", "§2.1");
    }
    const peer = peerOf(frame, this.role);
    const { outbox, events } = this;
    const conversation = this.early ?? this.conversationWith(peer);
    this.early?.heard(peer);
    this.early = undefined;
    conversation.now = this.now;
    const next = agree(this.state, conversation);
    if (next !== "not-now") this.state = next;
    this.fromPeer = new PeerSignals(conversation);
    this.fromHere ??= new LocalSignals(conversation);
    outbox.messageBytes = peer.messageBytes;
    events.add({ kind: "ready", peer });
  }

  // One PING is unanswered at most, so one that comes while its PONG still waits here is one too many (§7.1).
  private ping(opaque: Uint8Array): void {
    if (this.pongWaits) {
      throw violation("FRAME_UNEXPECTED", "Cannot take a PING before the last one is answered", "§7.1");
    }
    this.pongWaits = true;
    this.outbox.addControl({ kind: "pong", opaque }, FRAME_BYTES);
  }

  private pong(opaque: Uint8Array): void {
    if (this.keepalive.pong(pingNumber(opaque), this.now) === "unasked") {
      throw violation("FRAME_UNEXPECTED", "Cannot take a PONG: it answers no PING", "§7.1");
    }
    this.events.add({ kind: "roundTrip", ms: this.keepalive.roundTripMs ?? 0 });
  }

  private goneAway(goaway: GoawayFrame): void {
    // The first one may come when this side has said its own. Those behind it change nothing.
    if (this.heardGoaway) this.abuse.control("GOAWAY", this.now);
    this.heardGoaway = true;
    const next = drain(this.state, undefined);
    if (next !== "not-now") this.state = next;
    const { lastStreamId, reconnectAfterMs, spreadMs, reason } = goaway;
    this.events.add({ kind: "goaway", goaway: { lastStreamId, reconnectAfterMs, spreadMs, reason } });
    this.fromPeer?.goaway(lastStreamId);
  }

  private beat(now: number): void {
    const due = this.keepalive.tick(now);
    if (due === "ping") {
      this.outbox.addControl({ kind: "ping", opaque: pingBytes(this.keepalive.pingNumber) }, FRAME_BYTES);
    }
    if (due === "dead") this.end(heartbeatLost(this.settings), "tell");
  }

  // Events that follow from the state rather than from one frame.
  private lateEvent(): SessionEvent | undefined {
    const { state } = this;
    if (this.slotsWanted && state.kind === "open" && typeof state.conversation.table.nextId() === "number") {
      this.slotsWanted = false;
      this.blockedReport.slotsCame();
      return { kind: "slots" };
    }
    if (!this.saidDrained && state.kind === "draining" && state.conversation.table.size === 0) {
      this.saidDrained = true;
      return { kind: "drained" };
    }
    return undefined;
  }

  private end(error: ProtocolError | undefined, telling: "tell" | "silent"): void {
    const next = close(this.state, error);
    if (next === "not-now") return;
    this.state = next;
    this.fromPeer = undefined;
    this.fromHere = undefined;
    this.outbox.dropData();
    if (error !== undefined && telling === "tell") {
      this.outbox.addControl(
        { kind: "error", streamId: 0, items: 0, bytes: 0, failure: failureOf(error) },
        FRAME_BYTES + ERROR_NAME_BYTES + ERROR_MESSAGE_BYTES,
      );
    }
    this.events.add({ kind: "closed", error });
  }
}

/** What a peer hears whose streams are thrown away, or fail through its own fault, too often. */
const ENOUGH: GoawayOptions = {
  reason: "Too many streams were cancelled at once, or failed through the fault of who opened them",
  reconnectAfterMs: 1000,
};

function checkedCodecs(codecs: readonly string[]): readonly string[] {
  if (codecs.length === 0 || codecs.length > CODEC_NAMES || new Set(codecs).size !== codecs.length) {
    throw new RangeError(`Cannot offer ${codecs.length} codecs: give 1 to ${CODEC_NAMES} different names`);
  }
  for (const codec of codecs) {
    const length = utf8Length(codec);
    if (length === 0 || length > CODEC_NAME_BYTES) {
      throw new RangeError(
        `Cannot offer a codec name of ${length} bytes: 1 to ${CODEC_NAME_BYTES} are allowed`,
      );
    }
  }
  return [...codecs];
}

function impossible(state: never): never {
  throw new TypeError(`Cannot go on from something unknown: ${JSON.stringify(state)}`);
}
