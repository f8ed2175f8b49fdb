// The session: bytes, time and local signals in; bytes and events out. No I/O, no timer, no global. This is its face,
// as long as the API has methods, a line each; what they do is in the part that the method goes to.
//
//   receive ──► receiving.ts ──► opening.ts  resuming.ts  heartbeat.ts  going-away.ts  peer-signals.ts
//   tick ─────► timekeeping.ts
//   transmit ─► transmission.ts
//   open ─────► opening.ts before HELLO, slots.ts after it
//   streams ──► local-signals.ts
//   resume ───► resuming.ts
//
// All of them share one Life (life.ts): where the session stands, and how it ends.

import type { Criticality } from "@sluice/core";
import { joined, type Message } from "../byte/message.js";
import type { SharedItems } from "../frame/shared-items.js";
import type { ResumeRefusal } from "../frame/resume-reject.js";
import { settingsOf } from "../limits.js";
import type { ProtocolError, StreamFailure } from "../protocol-error.js";
import { sessionLost, transportLost } from "./endings.js";
import { GoingAway } from "./going-away.js";
import { checkedCodecs, checkedToken, helloOf } from "./handshake.js";
import { Heartbeat } from "./heartbeat.js";
import { Life } from "./life.js";
import { Opening } from "./opening.js";
import { Receiving } from "./receiving.js";
import { Resuming } from "./resuming.js";
import type {
  GoawayOptions,
  OpenOptions,
  OpenRefusal,
  ResumeAnswer,
  ResumeRequest,
  Sendable,
  SendResult,
  SessionApi,
  SessionEvent,
  SessionOptions,
  StreamFigures,
  StreamMemory,
  TakeTurn,
  Waiting,
} from "./session-api.js";
import { Slots } from "./slots.js";
import { Timekeeping } from "./timekeeping.js";
import { Transmission } from "./transmission.js";

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
  private readonly life: Life;
  private readonly goingAway: GoingAway;
  private readonly opening: Opening;
  private readonly slots: Slots;
  private readonly resuming: Resuming;
  private readonly heartbeat: Heartbeat;
  private readonly timekeeping: Timekeeping;
  private readonly receiving: Receiving;
  private readonly transmission: Transmission;

  /** `now`: milliseconds of any clock that never goes backwards, the same for all calls. Throws a RangeError for settings or codecs that cannot work. */
  constructor(options: SessionOptions, now: number) {
    const { role, token = NOTHING, auth = NOTHING, resume, account } = options;
    const settings = settingsOf(role, options.settings);
    const codecs = checkedCodecs(options.codecs);
    const ownToken = role === "server" && token.length > 0 ? checkedToken(token) : NOTHING;
    this.life = new Life(role, settings, ownToken, resume !== undefined, now);
    this.goingAway = new GoingAway(this.life);
    this.opening = new Opening(this.life, this.goingAway, codecs, account);
    this.slots = new Slots(this.life, this.goingAway);
    this.resuming = new Resuming(this.life, this.goingAway);
    this.heartbeat = new Heartbeat(this.life);
    this.timekeeping = new Timekeeping(this.life, this.heartbeat);
    const { opening, resuming, heartbeat, goingAway } = this;
    this.receiving = new Receiving(this.life, { opening, resuming, heartbeat, goingAway });
    this.transmission = new Transmission(this.life, this.goingAway, this.heartbeat);
    const { outbox } = this.life;
    outbox.addControl(helloOf(role, settings, codecs, { token, auth }), 0);
    if (resume !== undefined) outbox.addControl({ kind: "resume", ...resume }, 0);
  }

  get roundTripMs(): number | undefined {
    return this.life.keepalive.roundTripMs;
  }

  get isResumable(): boolean {
    return this.life.isResumable;
  }

  get epoch(): number {
    return this.life.resumes.epoch;
  }

  get replayBytes(): number {
    return this.life.resumes.kept.bytes;
  }

  receive(message: Message, now: number, epoch?: number): void {
    this.receiving.message(message, now, epoch);
  }

  refuse(error: ProtocolError): void {
    this.life.end(error, "tell");
  }

  tick(now: number): void {
    this.timekeeping.tick(now);
  }

  nextTick(): number {
    return this.timekeeping.nextTick();
  }

  transmit(now: number, turn?: TakeTurn): Uint8Array | undefined {
    const message = this.transmission.next(now, turn);
    return message === undefined ? undefined : joined(message);
  }

  transmitParts(now: number, turn?: TakeTurn): Message | undefined {
    return this.transmission.next(now, turn);
  }

  waiting(): Waiting {
    return this.transmission.waiting();
  }

  nextEvent(): SessionEvent | undefined {
    return this.life.events.take() ?? this.slots.event() ?? this.goingAway.event();
  }

  open(options: OpenOptions): number | OpenRefusal {
    return this.life.state.kind === "opening" ? this.opening.open(options) : this.slots.open(options);
  }

  reject(streamId: number, failure: StreamFailure): void {
    this.life.fromHere?.reject(streamId, failure);
  }

  offer(streamId: number): void {
    this.life.fromHere?.sends.offer(streamId, this.life.now);
  }

  sendBatch(streamId: number, count: number, payload: Uint8Array): SendResult {
    return this.life.fromHere?.sends.sendBatch(streamId, count, payload, this.life.now) ?? "ended";
  }

  sendItems(streamId: number, items: readonly Uint8Array[], moves = false): SendResult {
    return this.life.fromHere?.sends.sendItems(streamId, items, this.life.now, moves) ?? "ended";
  }

  sendShared(streamId: number, items: SharedItems): SendResult {
    return this.life.fromHere?.sends.sendShared(streamId, items, this.life.now) ?? "ended";
  }

  sendable(streamId: number): Sendable {
    return this.life.fromHere?.sends.sendable(streamId) ?? { items: 0, bytes: 0 };
  }

  complete(streamId: number): void {
    this.life.fromHere?.complete(streamId);
  }

  fail(streamId: number, failure: StreamFailure): void {
    this.life.fromHere?.fail(streamId, failure);
  }

  cancel(streamId: number): void {
    this.life.fromHere?.cancel(streamId);
  }

  released(streamId: number): void {
    this.life.fromHere?.released(streamId);
  }

  abort(streamId: number, failure: StreamFailure): void {
    this.life.fromHere?.abort(streamId, failure);
  }

  shrink(streamId: number): void {
    this.life.fromHere?.shrink(streamId);
  }

  memoryOf(streamId: number): StreamMemory | undefined {
    return this.life.fromHere?.memoryOf(streamId);
  }

  grantItems(streamId: number, totalDemand: number): void {
    this.life.fromHere?.grantItems(streamId, totalDemand);
  }

  consumed(streamId: number, count: number): void {
    this.life.fromHere?.consumed(streamId, count);
  }

  setUrgency(streamId: number, urgency: number, criticality: Criticality): void {
    this.life.fromHere?.setUrgency(streamId, urgency, criticality, this.life.now);
  }

  goaway(options: GoawayOptions): void {
    this.goingAway.say(options);
  }

  close(): void {
    this.life.end(undefined, "silent");
  }

  suspend(now: number): void {
    this.life.now = now;
    if (this.life.state.kind !== "suspended") this.life.lose(transportLost(), "silent");
  }

  resumption(): ResumeRequest | undefined {
    return this.resuming.request();
  }

  resume(
    request: ResumeRequest,
    { token = NOTHING, now }: { readonly token?: Uint8Array; readonly now: number },
  ): ResumeAnswer {
    this.life.now = now;
    return this.resuming.resume(request, token);
  }

  refuseResume(reason: ResumeRefusal, message?: string): void {
    this.resuming.refuse(reason, message);
  }

  handOver(): void {
    this.resuming.handOver();
  }

  abandon(why: string): void {
    this.life.end(sessionLost(why), "tell");
  }

  wasNeverSent(streamId: number): boolean {
    return (this.life.fromHere ?? this.life.past)?.wasNeverSent(streamId) ?? true;
  }

  measure(now: number): "asked" | "not-now" {
    this.life.now = now;
    return this.heartbeat.measure();
  }

  figures(streamId: number): StreamFigures | undefined {
    return (this.life.fromHere ?? this.life.past)?.figures(streamId);
  }
}

const NOTHING = new Uint8Array(0);
