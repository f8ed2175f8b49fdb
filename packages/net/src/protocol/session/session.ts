// The session: bytes, time and local signals in; bytes and events out. It dispatches and nothing else: what a
// frame does to a stream is in peer-signals.ts, what the local side does in local-signals.ts, what is said of
// the connection as a whole is here. No I/O, no timer, no global. As long as the API has methods, one line each.

import type { MemoryAccount } from "@sluice/core";
import { utf8Length } from "../byte/utf8.js";
import { readMessage } from "../frame/batch.js";
import type { AckFrame } from "../frame/ack.js";
import type { Frame } from "../frame/frame.js";
import type { GoawayFrame } from "../frame/goaway.js";
import type { HelloFrame } from "../frame/hello.js";
import type { ResumeFrame } from "../frame/resume.js";
import type { ResumeRefusal, ResumeRejectFrame } from "../frame/resume-reject.js";
import { pingBytes, pingNumber } from "../frame/ping.js";
import type { Criticality } from "../frame/rank.js";
import {
  CODEC_NAME_BYTES,
  CODEC_NAMES,
  FRAME_BYTES,
  LARGEST_TOKEN,
  REASON_BYTES,
  type Settings,
  SMALLEST_MESSAGE,
  SMALLEST_TOKEN,
  settingsOf,
} from "../limits.js";
import { ProtocolError, type StreamFailure, violation } from "../protocol-error.js";
import type { Role } from "../stream/stream-id.js";
import { Abuse } from "./abuse.js";
import { BlockedReport } from "./blocked-report.js";
import { Conversation } from "./conversation.js";
import {
  CONNECTION_ERROR_BYTES,
  failureOf,
  handshakeTimeout,
  heartbeatLost,
  sessionLost,
  toldByPeer,
  tooLarge,
  transportLost,
  writeStalled,
} from "./endings.js";
import { EventQueue } from "./event-queue.js";
import { helloOf, peerOf } from "./handshake.js";
import { Keepalive } from "./keepalive.js";
import { beyondReplayBytes } from "./memory-bound.js";
import { LocalSignals } from "./local-signals.js";
import { Outbox } from "./outbox.js";
import { PeerSignals } from "./peer-signals.js";
import { UNHEARD } from "./pipelining.js";
import { Resumption } from "./resumption.js";
import type {
  GoawayOptions,
  OpenOptions,
  OpenRefusal,
  Peer,
  ResumeAnswer,
  ResumeRequest,
  Sendable,
  SendResult,
  SessionApi,
  SessionEvent,
  SessionOptions,
  StreamFigures,
  TakeTurn,
  Waiting,
} from "./session-api.js";
import {
  agree,
  ask,
  close,
  conversationOf,
  drain,
  goOn,
  handOver,
  OPENING,
  refuse,
  type SessionState,
  suspend,
} from "./session-state.js";
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
  private readonly account: MemoryAccount | undefined;
  private readonly resumes: Resumption;
  private readonly outbox: Outbox;
  private readonly events = new EventQueue();
  private readonly keepalive: Keepalive;
  private readonly blockedReport: BlockedReport;
  private readonly abuse: Abuse;
  private readonly writeStall: WriteStall;
  private readonly handshakeUntil: number;
  /** A client's: it asked for another session to go on. */
  private readonly hasAsked: boolean;
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
  private saidGoaway: GoawayFrame | undefined = undefined;
  private heardGoaway = false;
  // RESUME is the frame after HELLO, and the last one of its message.
  private mayAsk = false;
  private answered: ResumeRequest | undefined = undefined;
  // What was agreed with the peer, for whoever asks after the end.
  private past: LocalSignals | undefined = undefined;

  /** `now`: milliseconds of any clock that never goes backwards, the same for all calls. Throws a RangeError for settings or codecs that cannot work. */
  constructor(options: SessionOptions, now: number) {
    this.role = options.role;
    this.settings = settingsOf(options.role, options.settings);
    this.codecs = checkedCodecs(options.codecs);
    this.account = options.account;
    this.now = now;
    this.handshakeUntil = now + this.settings.handshakeMs;
    this.keepalive = new Keepalive(this.settings.heartbeatMs, this.settings.heartbeatsMissed, now);
    this.blockedReport = new BlockedReport(this.settings.blockedMs);
    this.abuse = new Abuse(this.settings, now);
    this.writeStall = new WriteStall(this.settings.writeStallMs);
    const { token = NOTHING, auth = NOTHING, resume } = options;
    this.hasAsked = resume !== undefined;
    this.resumes = new Resumption(
      this.settings,
      this.role === "server" && token.length > 0 ? checkedToken(token) : NOTHING,
    );
    this.outbox = new Outbox(SMALLEST_MESSAGE, this.resumes.kept);
    this.outbox.addControl(helloOf(this.role, this.settings, this.codecs, { token, auth }), 0);
    if (resume !== undefined) this.outbox.addControl({ kind: "resume", ...resume }, 0);
  }

  get roundTripMs(): number | undefined {
    return this.keepalive.roundTripMs;
  }

  get isResumable(): boolean {
    return conversationOf(this.state) !== undefined && this.resumes.isPossible();
  }

  get epoch(): number {
    return this.resumes.epoch;
  }

  get replayBytes(): number {
    return this.resumes.kept.bytes;
  }

  receive(message: Uint8Array, now: number, epoch: number = this.resumes.epoch): void {
    this.now = now;
    const { kind } = this.state;
    if (kind === "closed" || kind === "suspended" || kind === "handed-over") return;
    if (epoch !== this.resumes.epoch) return;
    this.keepalive.heard(now);
    this.noteTime(now);
    const { received } = this.resumes;
    try {
      if (message.length > this.settings.messageBytes)
        throw tooLarge(message.length, this.settings.messageBytes);
      readMessage(message, this.takeFrame, this.skipFrame);
      this.resumes.messageCame(message.length, received, now);
      if (this.answered !== undefined) this.otherGoesOn(this.answered);
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
      case "resuming":
        if (now >= this.answerUntil()) this.end(handshakeTimeout(this.settings.handshakeMs), "tell");
        return;
      case "open":
      case "draining":
        this.noteTime(now);
        this.blockedReport.tick(this.state.conversation, now);
        this.resumes.tick(now);
        this.state.conversation.lending.tick(now);
        this.state.conversation.tick(now);
        this.beat(now);
        if (this.talkingWith() !== undefined) this.lookAtWriting(now);
        return;
      case "suspended":
        if (now >= this.state.until) this.end(sessionLost("no transport came in time"), "silent");
        return;
      case "handed-over":
      case "closed":
        return;
      default:
        impossible(this.state);
    }
  }

  nextTick(): number {
    switch (this.state.kind) {
      case "opening":
      case "resuming":
        return this.answerUntil();
      case "open":
      case "draining": {
        const { conversation } = this.state;
        this.writeStall.note(!this.outbox.isEmpty(), this.now);
        return Math.min(
          this.keepalive.nextTick(),
          this.blockedReport.nextTick(conversation),
          conversation.lending.nextTick(),
          conversation.nextTick(),
          this.resumes.nextTick(),
          this.writeStall.nextTick(),
        );
      }
      case "suspended":
        return this.state.until;
      case "handed-over":
      case "closed":
        return Number.POSITIVE_INFINITY;
      default:
        return impossible(this.state);
    }
  }

  transmit(now: number, turn?: TakeTurn): Uint8Array | undefined {
    this.now = now;
    if (this.state.kind === "suspended") return undefined;
    this.writeStall.taken();
    const conversation = this.talkingWith();
    if (conversation !== undefined) {
      const { resumes } = this;
      if (resumes.isAckDue()) this.outbox.addControl(resumes.ack(), FRAME_BYTES);
      if (resumes.replay !== undefined) {
        const message = this.transmitAgain(conversation);
        if (message !== undefined) return message;
      }
      const isFull = resumes.kept.isFull();
      conversation.grants.holdSlots = isFull;
      if (turn !== undefined && !isFull) conversation.runTurns(turn, now);
      if (!isFull) conversation.answerDrains();
      if (conversation.grants.isDue()) conversation.grants.write(this.outbox, now, this.roundTripMs);
    }
    const message = this.outbox.take();
    this.controlTaken();
    return message;
  }

  waiting(): Waiting {
    if (this.state.kind === "suspended") return "nothing";
    const conversation = this.talkingWith();
    const { replay, kept } = this.resumes;
    // One message a turn, so that the socket is read and heartbeats go in between (protocol.md §10.4).
    if (conversation !== undefined && replay !== undefined) return "several";
    const something = this.outbox.isEmpty() && !this.resumes.isAckDue() ? "nothing" : "one";
    if (conversation === undefined) return something;
    const { turns, grants } = conversation;
    const offered = kept.isFull() ? "nothing" : turns.waiting();
    if (offered === "nothing") return grants.isDue() ? "one" : something;
    return offered === "one" && this.outbox.dataBytes === 0 ? "one" : "several";
  }

  nextEvent(): SessionEvent | undefined {
    return this.events.take() ?? this.lateEvent();
  }

  open(options: OpenOptions): number | OpenRefusal {
    const { state } = this;
    if (state.kind === "opening") return this.openEarly(options);
    if (state.kind === "resuming") return "not-ready";
    const conversation = conversationOf(state);
    if (conversation === undefined || this.fromHere === undefined) return "closed";
    if ((state.kind === "suspended" ? state.was : state).kind === "draining") return "going-away";
    const answer = this.isReplayFull() ? "no-slot" : this.fromHere.open(options);
    if (answer === "exhausted") this.goaway({ reason: "All stream ids are used" });
    if (answer === "no-slot") {
      this.slotsWanted = true;
      this.blockedReport.noSlot(conversation, this.now);
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
    return this.fromHere?.sendBatch(streamId, count, payload, this.now) ?? "ended";
  }

  sendItems(streamId: number, items: readonly Uint8Array[]): SendResult {
    return this.fromHere?.sendItems(streamId, items, this.now) ?? "ended";
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

  setUrgency(streamId: number, urgency: number, criticality: Criticality): void {
    this.fromHere?.setUrgency(streamId, urgency, criticality, this.now);
  }

  goaway({ reason, reconnectAfterMs = 0, spreadMs = 0 }: GoawayOptions): void {
    for (const ms of [reconnectAfterMs, spreadMs]) {
      if (!Number.isSafeInteger(ms) || ms < 0) {
        throw new RangeError(`Cannot say GOAWAY with ${ms} ms: times must be integers >= 0`);
      }
    }
    const lastStreamId = conversationOf(this.state)?.table.lastOfPeer();
    if (lastStreamId === undefined) return;
    const next = drain(this.state, lastStreamId);
    if (next === "not-now") return;
    this.state = next;
    this.saidGoaway = { kind: "goaway", lastStreamId, reconnectAfterMs, spreadMs, reason };
    // Otherwise it goes with what is stated when there is a transport to state it on.
    if (this.talkingWith() !== undefined) this.stateGoaway();
  }

  close(): void {
    this.end(undefined, "silent");
  }

  suspend(now: number): void {
    this.now = now;
    if (this.state.kind !== "suspended") this.lose(transportLost(), "silent");
  }

  resumption(): ResumeRequest | undefined {
    return this.isResumable ? this.resumes.request() : undefined;
  }

  resume(
    request: ResumeRequest,
    { token, now }: { readonly token?: Uint8Array; readonly now: number },
  ): ResumeAnswer {
    this.now = now;
    const { resumes, role, outbox } = this;
    const nextToken = role === "client" ? request.token : checkedToken(token ?? NOTHING);
    if (!this.isResumable || this.state.kind === "resuming") return "stale";
    const answer = resumes.judge(request, role, outbox.taken);
    if (answer === "gap") this.end(sessionLost("what one side has not got is not held any more"), "tell");
    if (answer === "stale" && role === "client") this.end(sessionLost("its epoch is over"), "tell");
    if (answer !== "resumed") return answer;
    // The peer has another transport before this side has missed the old one.
    if (this.state.kind !== "suspended") this.pause();
    const next = goOn(this.state);
    if (next !== "not-now") this.state = next;
    resumes.begin(request, role, nextToken);
    this.keepalive.restart(now);
    conversationOf(this.state)?.goesOn(now);
    const ours = role === "server" ? resumes.request() : undefined;
    if (ours !== undefined) outbox.addLastControl({ kind: "resume", ...ours });
    return answer;
  }

  refuseResume(reason: ResumeRefusal, message: string = REFUSALS[reason]): void {
    if (this.role === "client") return;
    const next = refuse(this.state);
    if (next === "not-now") return;
    this.state = next;
    this.outbox.addLastControl({ kind: "resume-reject", reason, message });
    this.keepalive.restart(this.now);
    this.stateGoaway();
  }

  handOver(): void {
    const next = handOver(this.state);
    if (next !== "not-now") this.state = next;
  }

  abandon(why: string): void {
    this.end(sessionLost(why), "tell");
  }

  wasNeverSent(streamId: number): boolean {
    return (this.fromHere ?? this.past)?.wasNeverSent(streamId) ?? true;
  }

  measure(now: number): "asked" | "not-now" {
    this.now = now;
    if (this.state.kind !== "open" && this.state.kind !== "draining") return "not-now";
    if (this.keepalive.measure(now) === "wait") return "not-now";
    this.sayPing();
    return "asked";
  }

  figures(streamId: number): StreamFigures | undefined {
    return (this.fromHere ?? this.past)?.figures(streamId);
  }

  private take(frame: Frame): "more" | "stop" {
    if (frame.kind === "error" && frame.streamId === 0) {
      this.end(toldByPeer(frame), "silent");
      return "stop";
    }
    if (frame.kind === "hello") {
      this.hello(frame);
      return "more";
    }
    const { state } = this;
    if (state.kind === "opening") {
      throw violation(
        "HELLO_EXPECTED",
        `Cannot take ${frame.kind} before HELLO: it comes first, once`,
        "§2.1",
      );
    }
    if (frame.kind === "resume") this.otherAsked(frame);
    else if (frame.kind === "resume-reject") this.otherRefused(frame);
    else if (state.kind !== "open" && state.kind !== "draining") throw unexpected(frame.kind);
    else this.takeTalking(frame, state.kind === "draining" && state.lastPeerStream !== undefined);
    // What was done may have been the last that this side takes of the peer (abuse.ts).
    return this.state.kind === "closed" ? "stop" : "more";
  }

  // `goneAway`: this side said GOAWAY and no longer lets streams in.
  private takeTalking(frame: TalkingFrame, goneAway: boolean): void {
    const fromPeer = this.fromPeer as PeerSignals; // as long as the state is open or draining
    this.mayAsk = false;
    switch (frame.kind) {
      case "credit":
        fromPeer.credit(frame, this.now);
        return;
      case "blocked":
        fromPeer.blocked(frame, this.now);
        return;
      case "ping":
        this.abuse.control("PING", this.now);
        this.ping(frame.opaque);
        return;
      case "pong":
        this.pong(frame.opaque);
        return;
      case "ack":
        this.acknowledged(frame);
        return;
      case "goaway":
        this.goneAway(frame);
        return;
      default:
        this.takeNumbered(frame, fromPeer, goneAway);
    }
  }

  // What would be sent again after a resume: it is counted (protocol.md §10.1).
  private takeNumbered(frame: NumberedFrame, fromPeer: PeerSignals, goneAway: boolean): void {
    this.resumes.received++;
    switch (frame.kind) {
      case "open":
        fromPeer.opens.open(frame, goneAway);
        return;
      case "items":
        fromPeer.items(frame);
        return;
      case "complete":
        fromPeer.complete(frame);
        return;
      case "error":
        fromPeer.error(frame);
        return;
      case "cancel":
        fromPeer.cancel(frame);
        return;
      case "reject":
        fromPeer.reject(frame);
        return;
      case "drain":
        fromPeer.drain(frame, this.now);
        return;
      case "drained":
        fromPeer.drained(frame);
        return;
      case "part":
        fromPeer.part(frame, this.now);
        return;
      case "urgency":
        fromPeer.urgency(frame, this.now);
        return;
      default:
        impossible(frame);
    }
  }

  // One that frees a part of the buffer is what ACK is for; at full speed those are hundreds a second (§7.4).
  private acknowledged(frame: AckFrame): void {
    const { kept, replay } = this.resumes;
    const before = kept.bytes;
    this.resumes.acknowledged(frame, replay?.sentUpTo ?? this.outbox.taken);
    if (before - kept.bytes < this.settings.replayBytes / 16) this.abuse.control("ACK", this.now);
  }

  // Before the server's HELLO a client opens what any server takes (docs/protocol.md §2.5).
  private openEarly(options: OpenOptions): number | OpenRefusal {
    if (this.role === "server" || this.hasAsked) return "not-ready";
    this.early ??= this.conversationWith(UNHEARD);
    this.fromHere ??= new LocalSignals(this.early);
    const answer = this.fromHere.open(options, true);
    return answer === "no-slot" ? "not-ready" : answer;
  }

  private conversationWith(peer: Peer): Conversation {
    const { role, settings, codecs, outbox, events, abuse, account } = this;
    const onVerdict = (verdict: "enough" | ProtocolError): void => {
      if (verdict === "enough") this.goaway(ENOUGH);
      else this.end(verdict, "tell");
    };
    return new Conversation({ role, settings, codecs, peer, outbox, events, abuse, onVerdict, account });
  }

  private noteTime(now: number): void {
    const conversation = this.talkingWith();
    if (conversation !== undefined) conversation.now = now;
  }

  private hello(frame: HelloFrame): void {
    if (this.state.kind !== "opening") {
      throw violation("HELLO_REPEATED", "Cannot take a second HELLO: it comes first, once", "§2.1");
    }
    const peer = peerOf(frame, this.role);
    const { role, settings, outbox, events } = this;
    const conversation = this.early ?? this.conversationWith(peer);
    this.early?.heard(peer);
    this.early = undefined;
    conversation.now = this.now;
    const next = agree(this.state, conversation, this.hasAsked);
    if (next !== "not-now") this.state = next;
    const streams = settings.peerStreams + Math.min(settings.ownStreams, peer.peerStreams);
    this.resumes.agree(peer, role, beyondReplayBytes(streams, peer.messageBytes));
    this.mayAsk = role === "server";
    this.fromPeer = new PeerSignals(conversation);
    this.fromHere ??= new LocalSignals(conversation);
    outbox.messageBytes = peer.messageBytes;
    if (!this.hasAsked) events.add({ kind: "ready", peer });
  }

  private otherAsked({ token, epoch, received }: ResumeFrame): void {
    const next = this.mayAsk ? ask(this.state) : this.hasAsked && this.answered === undefined && this.state;
    if (next === false || next === "not-now" || next.kind !== "resuming") throw unexpected("resume");
    this.state = next;
    this.answered = { token, epoch, received };
  }

  private otherRefused({ reason, message }: ResumeRejectFrame): void {
    const next = this.hasAsked && this.answered === undefined ? refuse(this.state) : "not-now";
    if (next === "not-now") throw unexpected("resume-reject");
    this.state = next;
    this.keepalive.restart(this.now);
    this.events.add({ kind: "resumeRefused", reason, message });
    const conversation = conversationOf(next);
    if (conversation !== undefined) this.events.add({ kind: "ready", peer: conversation.peer });
  }

  // At the end of the message that RESUME stood in: it is the last frame of it.
  private otherGoesOn(request: ResumeRequest): void {
    this.answered = undefined;
    if (this.state.kind !== "resuming") return;
    if (this.role === "client") this.handOver();
    this.events.add({ kind: "resume", request });
  }

  private talkingWith(): Conversation | undefined {
    const { state } = this;
    return state.kind === "open" || state.kind === "draining" ? state.conversation : undefined;
  }

  // What the resumed peer has not got, with what is of the connection in front; undefined when it has all.
  private transmitAgain(conversation: Conversation): Uint8Array | undefined {
    const { settings, grants } = conversation;
    const control = this.outbox.takeControl();
    if (control !== undefined) {
      this.controlTaken();
      return control;
    }
    const target = Math.min(settings.targetShared, this.outbox.messageBytes);
    const again = this.resumes.replay?.next(target);
    if (again !== undefined) return again;
    // Now it knows every stream, and may have missed any limit.
    this.resumes.replay = undefined;
    grants.restateAll();
    this.blockedReport.restart(conversation, this.now);
    this.stateGoaway();
    return undefined;
  }

  private controlTaken(): void {
    if (!this.outbox.hasControl()) this.pongWaits = false;
  }

  private stateGoaway(): void {
    if (this.saidGoaway !== undefined) this.outbox.addControl(this.saidGoaway, FRAME_BYTES + REASON_BYTES);
  }

  // The transport is of no use any more.
  private lose(error: ProtocolError, telling: "tell" | "silent"): void {
    if (this.talkingWith() === undefined || !this.isResumable) {
      this.end(error, telling);
      return;
    }
    this.pause();
    this.events.add({ kind: "suspended", error });
  }

  private pause(): void {
    const next = suspend(this.state, this.resumes.deadline(this.now));
    if (next === "not-now") return;
    this.state = next;
    // Said anew on the next transport; what stands in the data lane follows what is sent again.
    this.outbox.dropControl();
    this.pongWaits = false;
    this.resumes.replay = undefined;
    this.writeStall.taken();
  }

  // When the answer of the peer must have come: HELLO, or the one to RESUME.
  private answerUntil(): number {
    return this.role === "server" && this.state.kind === "resuming"
      ? Number.POSITIVE_INFINITY
      : this.handshakeUntil;
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
    // After a resume it is said again.
    if (this.heardGoaway) {
      this.abuse.control("GOAWAY", this.now);
      return;
    }
    this.heardGoaway = true;
    const next = drain(this.state, undefined);
    if (next !== "not-now") this.state = next;
    const { lastStreamId, reconnectAfterMs, spreadMs, reason } = goaway;
    this.events.add({ kind: "goaway", goaway: { lastStreamId, reconnectAfterMs, spreadMs, reason } });
    this.fromPeer?.goaway(lastStreamId);
  }

  private beat(now: number): void {
    const due = this.keepalive.tick(now);
    if (due === "ping") this.sayPing();
    if (due === "dead") this.lose(heartbeatLost(this.settings), "tell");
  }

  private lookAtWriting(now: number): void {
    this.writeStall.note(!this.outbox.isEmpty(), now);
    if (this.writeStall.isStalled(now)) this.lose(writeStalled(this.settings.writeStallMs), "tell");
  }

  // With what is written and not yet taken, which no acknowledgement can free.
  private isReplayFull(): boolean {
    return this.resumes.kept.isFull(this.outbox.waitingBytes);
  }

  private sayPing(): void {
    this.outbox.addControl({ kind: "ping", opaque: pingBytes(this.keepalive.pingNumber) }, FRAME_BYTES);
  }

  // Events that follow from the state rather than from one frame.
  private lateEvent(): SessionEvent | undefined {
    const { state } = this;
    if (
      this.slotsWanted &&
      state.kind === "open" &&
      !this.isReplayFull() &&
      typeof state.conversation.table.nextId() === "number"
    ) {
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
    this.past = this.fromHere;
    this.fromHere?.sessionEnded();
    this.fromPeer = undefined;
    this.fromHere = undefined;
    this.outbox.dropData();
    this.resumes.kept.turnOff();
    if (error !== undefined && telling === "tell") {
      this.outbox.addControl(
        { kind: "error", streamId: 0, items: 0, bytes: 0, failure: failureOf(error) },
        CONNECTION_ERROR_BYTES,
      );
    }
    this.events.add({ kind: "closed", error });
  }
}

/** What would be sent again after a resume. */
type NumberedFrame = Extract<
  Frame,
  {
    kind:
      | "open"
      | "items"
      | "part"
      | "drain"
      | "drained"
      | "complete"
      | "error"
      | "cancel"
      | "reject"
      | "urgency";
  }
>;

/** What may come once the sides talk. */
type TalkingFrame = Exclude<Frame, { kind: "hello" | "resume" | "resume-reject" }>;

function unexpected(kind: Frame["kind"]): ProtocolError {
  return violation(
    "FRAME_UNEXPECTED",
    `Cannot take ${kind}: RESUME follows HELLO at once, ends its message, and is answered first`,
    "§10.4",
  );
}

function checkedToken(token: Uint8Array): Uint8Array {
  const { length } = token;
  if (length < SMALLEST_TOKEN || length > LARGEST_TOKEN) {
    throw new RangeError(
      `Cannot use a token of ${length} bytes: ${SMALLEST_TOKEN} to ${LARGEST_TOKEN} random ones are needed`,
    );
  }
  return token;
}

const NOTHING = new Uint8Array(0);

/** What a peer hears whose streams are thrown away, or fail through its own fault, too often. */
const ENOUGH: GoawayOptions = {
  reason: "Too many streams were cancelled at once, or failed through the fault of who opened them",
  reconnectAfterMs: 1000,
};

const REFUSALS: Readonly<Record<ResumeRefusal, string>> = {
  unknown: "There is no such session for this client",
  gap: "What this client has not got is not held any more",
  stale: "The session has gone on in a later epoch",
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
