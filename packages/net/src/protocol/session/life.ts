// What the parts of one session share: what it is made of, where it stands, and the two ways in which it stops. Its
// states are drawn in session-state.ts; every part moves them by `become`.
//
//   lose ──► suspended, if it can be resumed
//     └────► end ──► closed

import { SMALLEST_MESSAGE, type Settings } from "../limits.js";
import type { ProtocolError } from "../protocol-error.js";
import type { Role } from "../stream/stream-id.js";
import { Abuse } from "./abuse.js";
import { BlockedReport } from "./blocked-report.js";
import type { Conversation } from "./conversation.js";
import { CONNECTION_ERROR_BYTES, failureOf } from "./endings.js";
import { EventQueue } from "./event-queue.js";
import { Keepalive } from "./keepalive.js";
import type { LocalSignals } from "./local-signals.js";
import { Outbox } from "./outbox.js";
import type { PeerSignals } from "./peer-signals.js";
import { Resumption } from "./resumption.js";
import { close, conversationOf, OPENING, type Refused, type SessionState, suspend } from "./session-state.js";
import { WriteStall } from "./write-stall.js";

/** The one thing that all parts of a session refer to. */
export class Life {
  readonly role: Role;
  readonly settings: Settings;
  /** A client's: it asked for another session to go on. */
  readonly hasAsked: boolean;
  readonly resumes: Resumption;
  readonly outbox: Outbox;
  readonly events: EventQueue = new EventQueue();
  readonly keepalive: Keepalive;
  readonly blockedReport: BlockedReport;
  readonly abuse: Abuse;
  readonly writeStall: WriteStall;
  state: SessionState = OPENING;
  /** Time of the last call. */
  now: number;
  /** From HELLO to the end. */
  fromPeer: PeerSignals | undefined = undefined;
  /** From HELLO, or a stream opened before it, to the end. */
  fromHere: LocalSignals | undefined = undefined;
  /** `fromHere` for whoever asks after the end. */
  past: LocalSignals | undefined = undefined;

  /** `token`: the server's own, empty for one that cannot be resumed and for a client. */
  constructor(role: Role, settings: Settings, token: Uint8Array, hasAsked: boolean, now: number) {
    this.role = role;
    this.settings = settings;
    this.hasAsked = hasAsked;
    this.now = now;
    this.keepalive = new Keepalive(settings.heartbeatMs, settings.heartbeatsMissed, now);
    this.blockedReport = new BlockedReport(settings.blockedMs);
    this.abuse = new Abuse(settings, now);
    this.writeStall = new WriteStall(settings.writeStallMs);
    this.resumes = new Resumption(settings, token);
    this.outbox = new Outbox(SMALLEST_MESSAGE, this.resumes.kept);
  }

  /** Whether the session goes on if its transport is lost. */
  get isResumable(): boolean {
    return conversationOf(this.state) !== undefined && this.resumes.isPossible();
  }

  /** The conversation while there is a transport to talk on. */
  talkingWith(): Conversation | undefined {
    const { state } = this;
    return state.kind === "open" || state.kind === "draining" ? state.conversation : undefined;
  }

  /** Takes what a transition answered; "not-now": it could not happen, and nothing has changed. */
  become(next: SessionState | Refused): "done" | Refused {
    if (next === "not-now") return next;
    this.state = next;
    return "done";
  }

  /** With what is written and not yet taken, which no acknowledgement can free: nothing is opened then. */
  isReplayFull(): boolean {
    return this.resumes.kept.isFull(this.outbox.waitingBytes);
  }

  /** The transport is of no use any more. */
  lose(error: ProtocolError, telling: "tell" | "silent"): void {
    if (this.talkingWith() === undefined || !this.isResumable) {
      this.end(error, telling);
      return;
    }
    this.pause();
    this.events.add({ kind: "suspended", error });
  }

  /** Waits for another transport. */
  pause(): void {
    if (this.become(suspend(this.state, this.resumes.deadline(this.now))) === "not-now") return;
    // Said anew on the next transport; what stands in the data lane follows what is sent again.
    this.outbox.dropControl();
    this.keepalive.pongWaits = false;
    this.resumes.replay = undefined;
    this.writeStall.taken();
  }

  /** Ends the session, once. */
  end(error: ProtocolError | undefined, telling: "tell" | "silent"): void {
    if (this.become(close(this.state, error)) === "not-now") return;
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
