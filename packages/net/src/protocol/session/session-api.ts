// What goes into a session and what comes out of it, as types. The machine itself is session.ts.
//
//   transport ── receive(message, now) ──►┌─────────┐── nextEvent() ──► service: what the peer did
//   clock ────── tick(now) ──────────────►│ Session │
//   service ──── open, sendBatch, ... ───►└─────────┘── transmit(now, turn) ──► transport: one message
//
// After each call drain nextEvent() until it answers undefined; then ask transmit for what is to be sent.

import type { Message } from "../byte/message.js";
import type { SharedItems } from "../frame/shared-items.js";
import type { MemoryAccount } from "@sluice/core";
import type { LimitName } from "../frame/blocked.js";
import type { Criticality } from "@sluice/core";
import type { HelloSizes } from "../frame/hello.js";
import type { Interaction } from "../frame/open.js";
import type { ResumeRefusal } from "../frame/resume-reject.js";
import type { Settings } from "../limits.js";
import type { ProtocolError, StreamFailure } from "../protocol-error.js";
import type { Role } from "../stream/stream-id.js";

export type { Interaction, ResumeRefusal, Role };

/** What a session is made of; settings not given are the defaults of limits.ts. */
export interface SessionOptions {
  readonly role: Role;
  /** Names of the payload codecs this side speaks, the preferred one first; at least one. */
  readonly codecs: readonly string[];
  readonly settings?: Partial<Settings>;
  /**
   * A server's: 16 to 64 random bytes with which a client may resume this session; left out, it cannot be resumed.
   * At least 128 bits of it must be unguessable.
   */
  readonly token?: Uint8Array;
  /** A client's: who it is, opaque, at most 4,096 bytes. */
  readonly auth?: Uint8Array;
  /** A client's: the session to go on with on this transport, from its `resumption()`. */
  readonly resume?: ResumeRequest;
  /** Charged for the share of each stream and for each loan; left out: `receiveBudget` is the only bound. */
  readonly account?: MemoryAccount;
}

/** What one side says to go on with a session on another transport. */
export interface ResumeRequest {
  /** The client's: of the session so far. The server's: of the next resume. */
  readonly token: Uint8Array;
  /** The client's: of the session so far. The server's: a larger one. */
  readonly epoch: number;
  /** How many frames of the other one came, of those that are sent again. */
  readonly received: number;
}

/**
 * Whether a session went on. "gap": what the other side has not got is not held here any more, or it claims what was
 * never sent; this session is lost. "stale": the request belongs to another epoch or token; nothing has changed.
 */
export type ResumeAnswer = "resumed" | "gap" | "stale";

/** What `open` is told about a new stream. */
export interface OpenOptions {
  readonly interaction: Interaction;
  /** Name of the call or stream at the peer, at most 256 bytes of UTF-8. */
  readonly method: string;
  /** One of this side's own `codecs`; both directions of the stream use it. */
  readonly codec: string;
  /** Item demand that travels with OPEN: an integer >= 0, or `Infinity`; 0 for a push. Its byte credit is always the whole share. */
  readonly demand: number;
  /** Time left in milliseconds; left out: no deadline. */
  readonly deadlineMs?: number;
  /** 0, goes first, to 7; default 3. */
  readonly urgency?: number;
  /** Who is given up first when there is not enough for all; default "critical". */
  readonly criticality?: Criticality;
  /** Opaque to the session, at most the peer's `metadataBytes`. */
  readonly metadata?: Uint8Array;
}

/**
 * Why no stream was opened. "not-ready": HELLO has not come yet. "no-slot": wait for the event `slots`.
 * "no-memory": the MemoryAccount has no room for the share of another stream; try later.
 * "going-away": a GOAWAY was sent or received. "exhausted": all stream ids are used, reconnect. "closed": so is the session.
 */
export type OpenRefusal = "not-ready" | "no-slot" | "no-memory" | "going-away" | "exhausted" | "closed";

/**
 * What became of a send. "sent": it is in the message being assembled, or, one item above the target, it goes in
 * parts on the turns of its stream; its bytes are read until the last part is written. "over-credit": not covered whole by
 * item or byte credit, nothing was taken: encode fewer items, and if one item alone does not fit, wait for the
 * event `credit`. "too-large": one item above the peer's `itemBytes`: it never fits, fail the stream.
 * "message-full": the message has reached its target, or an item of the stream still goes in parts: `offer` the
 * stream and send on its turn. "ended": this
 * side's direction of the stream has ended or the session is closed.
 */
export type SendResult = "sent" | "over-credit" | "too-large" | "message-full" | "ended";

/** How much of one stream may go now. */
export interface Sendable {
  /** Items to ask the local publisher for: item credit, lowered to what byte credit covers by recent item size. */
  readonly items: number;
  /** Byte credit left: encoded length + items x the peer's `itemOverhead` must not exceed it. */
  readonly bytes: number;
}

/** What a stream may put into the message on its turn. */
export interface Turn {
  /** Item credit left, at least 1. */
  readonly items: number;
  /** Byte credit left: encoded length + items x the peer's `itemOverhead` must not exceed it. */
  readonly bytes: number;
  /** Encoded bytes after which the message is closed: stop encoding there (one item may go beyond it). */
  readonly target: number;
}

/**
 * Called by `transmit` when it is a stream's turn: encode now, and call `sendBatch`, `sendItems`, `complete` or
 * `fail` for this stream and no other. "more": it has more at hand, give it another turn when there is credit;
 * "idle": not before it is offered again.
 */
export type TakeTurn = (streamId: number, turn: Turn) => "more" | "idle";

/** What waits to be sent after `transmit`: nothing; one stream alone (go on in this turn of the event loop); several (one data message a turn). */
export type Waiting = "nothing" | "one" | "several";

/** What the peer said of itself in HELLO; `minor` is the lower one of both sides. */
export interface Peer extends HelloSizes {
  readonly major: number;
  readonly minor: number;
  readonly codecs: readonly string[];
  /** The server's: resumes this session; empty where it cannot be resumed. */
  readonly token: Uint8Array;
  /** The client's: who it is, opaque; empty where it does not say. */
  readonly auth: Uint8Array;
}

/** What `goaway` tells the peer; times in milliseconds, default 0. */
export interface GoawayOptions {
  readonly reason: string;
  readonly reconnectAfterMs?: number;
  readonly spreadMs?: number;
}

/** Why and until when the peer goes away. */
export interface Goaway {
  /** Highest stream opened by the receiver of the GOAWAY that will still be served; 0: none. */
  readonly lastStreamId: number;
  /** Milliseconds to wait before connecting again, plus a random part of `spreadMs`. */
  readonly reconnectAfterMs: number;
  readonly spreadMs: number;
  readonly reason: string;
}

/** One thing that happened. Payloads are views of the received message: whoever keeps one keeps that message. */
export type SessionEvent =
  /** HELLO came: streams may be opened. First event of a session that opens, but for `resume` and `resumeRefused`. */
  | { readonly kind: "ready"; readonly peer: Peer }
  /** The peer opened a stream. Answer with items and an end, or with `reject`. */
  | {
      readonly kind: "opened";
      readonly streamId: number;
      readonly interaction: Interaction;
      readonly method: string;
      readonly codec: string;
      readonly metadata: Uint8Array;
      readonly deadlineMs: number | undefined;
      readonly urgency: number;
      readonly criticality: Criticality;
    }
  /** `count` items encoded as one body. They count as held until `consumed` is told. */
  | {
      readonly kind: "batch";
      readonly streamId: number;
      readonly count: number;
      readonly payload: Uint8Array;
    }
  /** Items encoded one by one. They count as held until `consumed` is told. */
  | { readonly kind: "items"; readonly streamId: number; readonly items: readonly Uint8Array[] }
  /** The peer's direction ended well; all its items came before. */
  | { readonly kind: "completed"; readonly streamId: number }
  /**
   * The stream failed at the peer (ERROR), or it was not let in (REJECT), or it failed here: a sheddable one had no
   * credit for too long (STALLED), the rest of an item did not come (ITEM_TIMEOUT). This side's direction has ended too.
   */
  | {
      readonly kind: "failed";
      readonly streamId: number;
      readonly failure: StreamFailure;
      readonly rejected: boolean;
    }
  /**
   * The peer wants no more of this stream; the session has answered and takes nothing more for it. For a stream
   * opened by the peer: stop the handler and call `released` when it has really ended.
   */
  | { readonly kind: "cancelled"; readonly streamId: number }
  /** The peer changed the rank of a stream; the session goes by it already. */
  | {
      readonly kind: "urgency";
      readonly streamId: number;
      readonly urgency: number;
      readonly criticality: Criticality;
    }
  /** Credit rose for a stream that this side sends: `sendable` grew. */
  | { readonly kind: "credit"; readonly streamId: number }
  /** `open` was refused with "no-slot" before, and would succeed now. */
  | { readonly kind: "slots" }
  /** The peer has items for this side and lacks credit. Nobody may wait for this event. */
  | {
      readonly kind: "blocked";
      readonly streamId: number;
      readonly limit: LimitName;
      readonly value: number;
    }
  /**
   * A server's, after `ready`: the client asks for another session to go on. Answer, at once or later: pass the
   * request to that session's `resume` and end this one with `handOver`; or `refuseResume`.
   * A client's, instead of `ready`: the session that it asked for goes on. Pass the request to its `resume`, and
   * the transport; this one is handed over and says nothing more.
   */
  | { readonly kind: "resume"; readonly request: ResumeRequest }
  /** A client's, before `ready`: the session that it asked for does not go on, and never will. This one begins anew. */
  | { readonly kind: "resumeRefused"; readonly reason: ResumeRefusal; readonly message: string }
  /** The transport is lost, found here by the session itself or told by `suspend`. Drop it; `resume` brings another. */
  | { readonly kind: "suspended"; readonly error: ProtocolError }
  /** A PING was answered. */
  | { readonly kind: "roundTrip"; readonly ms: number }
  /** The peer takes no new streams; those that run go on. */
  | { readonly kind: "goaway"; readonly goaway: Goaway }
  /** After a GOAWAY of either side: no stream is left, the transport may be closed. */
  | { readonly kind: "drained" }
  /**
   * The session is over, last event. Transmit once more (it tells the peer why), then close the transport.
   * Streams still open have ended without a further event: `figures` and `wasNeverSent` still answer for them.
   * `error` is undefined after `close()`.
   */
  | { readonly kind: "closed"; readonly error: ProtocolError | undefined };

/** Counters of one stream, as totals; what is in flight is a difference of two. */
export interface StreamFigures {
  /** Direction towards the peer: what it granted, what was sent. */
  readonly sendItems: { readonly granted: number; readonly sent: number };
  readonly sendBytes: { readonly granted: number; readonly sent: number };
  /** Direction from the peer. */
  readonly receiveItems: ReceiveFigures;
  readonly receiveBytes: ReceiveFigures;
}

/** Totals of a receiving direction: granted = consumed + held + unsent + returned. */
export interface ReceiveFigures {
  readonly granted: number;
  /** What arrived. */
  readonly received: number;
  /** What the local subscriber took. */
  readonly consumed: number;
  /** What arrived and waits to be taken. */
  readonly held: number;
  /** What was granted and will never be consumed: let go unread, or not sent before the end. */
  readonly returned: number;
}

/** What one stream has charged to the `MemoryAccount`, and what it is worth. */
export interface StreamMemory {
  /** Its share and its loan. */
  readonly bytes: number;
  readonly criticality: Criticality;
}

/** The methods of `Session` (session.ts), all synchronous; none throws but for a wrong argument. */
export interface SessionApi {
  /**
   * Takes one whole message of the transport. A broken one ends the session: event `closed`. `epoch` is what the
   * session's was when it got this transport: what an older one still delivers does nothing.
   */
  receive(message: Message, now: number, epoch?: number): void;
  /** Ends the session because the transport says so: text instead of binary, a write that stalled. */
  refuse(error: ProtocolError): void;
  /** Lets time pass: handshake limit, heartbeat, BLOCKED. Call it at `nextTick()`. */
  tick(now: number): void;
  /** When `tick` wants to be called, in the same milliseconds as `now`; `Infinity`: never. */
  nextTick(): number;
  /**
   * The next message to send, or undefined. Without `turn` only control frames and what was already sent to
   * the message go: pass `turn` when the transport has room. A message once returned is not touched again.
   */
  transmit(now: number, turn?: TakeTurn): Uint8Array | undefined;
  /**
   * As `transmit`, for a transport that takes a message in parts: payloads from 8 KiB up are among them as they were
   * given, without a copy. They are not to be changed any more, not even when they have gone: a session that is resumed
   * sends them again.
   */
  transmitParts(now: number, turn?: TakeTurn): Message | undefined;
  /** What would go with the next `transmit` calls. */
  waiting(): Waiting;
  nextEvent(): SessionEvent | undefined;

  /**
   * Opens a stream; its id, or why not. Its input follows by sendBatch/sendItems and complete, at once or later. A client
   * may open up to 8 streams before HELLO has come; what is larger than any server takes waits for it (protocol.md §2.5).
   */
  open(options: OpenOptions): number | OpenRefusal;
  /** Refuses a stream that the peer opened and to which nothing was sent yet. */
  reject(streamId: number, failure: StreamFailure): void;
  /** Says that the local publisher has something for this stream: it gets turns. Idempotent. */
  offer(streamId: number): void;
  /** Sends `count` items encoded as one body; the payload is copied, once. One item may be larger than a message. */
  sendBatch(streamId: number, count: number, payload: Uint8Array): SendResult;
  /**
   * Sends items encoded one by one; each is copied, once. `moves`: it is one item whose memory the transport moves, so
   * that it may fill a message and not only the target of one.
   */
  sendItems(streamId: number, items: readonly Uint8Array[], moves?: boolean): SendResult;
  /** Sends items that were encoded once and go to other streams and sessions as well: their bytes stay where they are. */
  sendShared(streamId: number, items: SharedItems): SendResult;
  /** What may be asked of the local publisher of this stream now; zeros when its direction has ended. */
  sendable(streamId: number): Sendable;
  /** Ends this side's direction well. Needs no credit. Does nothing when it has ended. */
  complete(streamId: number): void;
  /**
   * Ends the stream with an error, both directions. Does nothing when this side's direction has ended. A stream that
   * the peer opened keeps its slot until `released`: a deadline fails it while the handler still runs.
   */
  fail(streamId: number, failure: StreamFailure): void;
  /**
   * Wants no more of this stream: no event comes for it from here on. The peer's answer closes the account. Of a channel
   * it ends what the peer sends, and this side's own direction goes on.
   */
  cancel(streamId: number): void;
  /**
   * The handler of a stream that the peer opened has ended, after a cancel, a failure or `fail`: its slot returns. The
   * handler of a channel says it always, since it may go on receiving when it has sent everything.
   */
  released(streamId: number): void;
  /**
   * Ends a stream for the sake of others, both directions: the local side hears of it by the event `failed`, the peer by
   * ERROR, or by CANCEL when this side's direction has ended before. Lets go at once what the stream holds.
   */
  abort(streamId: number, failure: StreamFailure): void;
  /** Asks the peer for what it has not used of the stream's loan (DRAIN). */
  shrink(streamId: number): void;
  /** What the stream has charged; undefined for one that is over. */
  memoryOf(streamId: number): StreamMemory | undefined;
  /** States the local subscriber's demand since the beginning, as a total; `Infinity` is unbounded. Never falls. */
  grantItems(streamId: number, totalDemand: number): void;
  /** The local subscriber took `count` more items, in the order they came: their bytes are granted again. */
  consumed(streamId: number, count: number): void;

  /**
   * Changes the rank of a stream, here and at the peer. Said at most ten times in a second, as it is then; throws a
   * RangeError for what is no rank.
   */
  setUrgency(streamId: number, urgency: number, criticality: Criticality): void;

  /** Announces the end: new streams of the peer are refused, running ones go on; then the event `drained`. */
  goaway(options: GoawayOptions): void;
  /** Ends the session at once, without an error. Streams still open are lost. */
  close(): void;

  /**
   * The transport is lost. A session that can be resumed waits for another one: local signals go on, nothing is
   * sent, and after `resumeMs` it ends with SESSION_LOST. Any other one ends at once with TRANSPORT_LOST.
   */
  suspend(now: number): void;
  /** What a client's new session says to go on with this one; undefined when that cannot be. */
  resumption(): ResumeRequest | undefined;
  /**
   * Goes on with this session, as the other side asked or agreed; `token` is a server's next one. What that side
   * has not got is sent again by the next `transmit` calls. A transport it still had is out: cut it.
   */
  resume(request: ResumeRequest, given: { readonly token?: Uint8Array; readonly now: number }): ResumeAnswer;
  /** Tells the client that the session it asked for does not go on; this one does. */
  refuseResume(reason: ResumeRefusal, message?: string): void;
  /** The session that the client asked for has this one's transport. Nothing more comes from here. */
  handOver(): void;
  /** The session cannot be resumed, for this reason: it ends with SESSION_LOST. */
  abandon(why: string): void;
  /** Whether it survives the loss of its transport. */
  readonly isResumable: boolean;
  /** How often it was resumed: which transport `receive` is to believe. */
  readonly epoch: number;
  /** Bytes held to be sent again. */
  readonly replayBytes: number;
  /** Whether the OPEN of this stream of ours was never handed to a transport: it surely did not run. */
  wasNeverSent(streamId: number): boolean;
  /**
   * Asks how far away the peer is: a PING goes out, unless one is unanswered or the last one is so recent that
   * another would say nothing new; the event `roundTrip` answers.
   */
  measure(now: number): "asked" | "not-now";
  /** Last measured round trip in milliseconds; undefined before the first answer. */
  readonly roundTripMs: number | undefined;
  /** Counters of an open stream; undefined for one that is not open. */
  figures(streamId: number): StreamFigures | undefined;
}
