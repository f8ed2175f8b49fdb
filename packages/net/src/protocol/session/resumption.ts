// What makes a session outlive its transport: how many frames came, what was sent and may have to be sent again,
// who may ask for it, and on which transport it is (protocol.md §10). The states are in session-state.ts.
//
//   epoch 0 ──────── transport lost ──► RESUME(token, epoch, received) of the client
//                                       RESUME(next token, epoch + 1, received) of the server ──► epoch 1
//
// A token is good for one resume. But the answer to it may be lost, with the next token in it: so until something
// is heard in the new epoch, which only somebody can say who got the answer, the token that was used last is good
// once more, from the epoch that it was used in.

import type { AckFrame } from "../frame/ack.js";
import type { Settings } from "../limits.js";
import { violation } from "../protocol-error.js";
import { Replay } from "./replay.js";
import { chargeOf, ReplayBuffer } from "./replay-buffer.js";
import type { Peer, ResumeAnswer, ResumeRequest, Role } from "./session-api.js";

/** Counts, the replay buffer, tokens and epoch of one session. */
export class Resumption {
  readonly kept: ReplayBuffer;
  /** Which transport this is, from 0. */
  epoch = 0;
  /** Frames of the peer that would be sent again, so far. */
  received = 0;
  /** While what the peer has not got is sent again. */
  replay: Replay | undefined = undefined;
  /** For how long a suspended session is kept; 0: it cannot be resumed. */
  private resumeMs: number;
  private token: Uint8Array;
  private used: { readonly token: Uint8Array; readonly epoch: number } | undefined = undefined;
  private unacknowledged = 0;
  private acknowledgeEvery = Number.POSITIVE_INFINITY;
  private acknowledgeAt = Number.POSITIVE_INFINITY;
  private isTimeOver = false;

  /** `token`: the server's own, empty for a client, which hears it in HELLO. */
  constructor({ resumeMs, replayBytes }: Settings, token: Uint8Array) {
    this.resumeMs = resumeMs;
    this.token = token;
    // What a client sends before it has heard HELLO may have to be sent again too.
    this.kept = new ReplayBuffer(resumeMs > 0 ? replayBytes : 0);
  }

  /** HELLO came. `beyond`: bytes that ends of streams may take besides replayBytes. */
  agree(peer: Peer, role: Role, beyond: number): void {
    if (role === "client") this.token = peer.token;
    this.resumeMs = Math.min(this.resumeMs, peer.resumeMs);
    if (this.resumeMs === 0 || this.token.length === 0) {
      this.resumeMs = 0;
      this.kept.turnOff();
      return;
    }
    this.kept.allowBeyond(beyond);
    this.acknowledgeEvery = Math.max(1, Math.floor(peer.replayBytes / ACKNOWLEDGED_PART));
  }

  /** Whether the session can be resumed if its transport is lost. */
  isPossible(): boolean {
    return this.resumeMs > 0 && this.kept.isKeeping;
  }

  /** When a session that is suspended now is given up. */
  deadline(now: number): number {
    return now + this.resumeMs;
  }

  /** A message came: it is acknowledged by bytes or by time if there was something in it that is counted. */
  messageCame(length: number, receivedBefore: number, now: number): void {
    // Whoever speaks in this epoch knows its token.
    this.used = undefined;
    if (this.received === receivedBefore || this.resumeMs === 0) return;
    this.unacknowledged += chargeOf(length);
    if (!this.isTimeOver) this.acknowledgeAt = Math.min(this.acknowledgeAt, now + ACKNOWLEDGE_MS);
  }

  /** Whether ACK goes with the next message. */
  isAckDue(): boolean {
    return this.unacknowledged >= this.acknowledgeEvery || this.isTimeOver;
  }

  /** Lets time pass: what came long ago is acknowledged with the next message. */
  tick(now: number): void {
    if (now < this.acknowledgeAt) return;
    this.isTimeOver = true;
    this.acknowledgeAt = Number.POSITIVE_INFINITY;
  }

  /** When `tick` wants to be called. */
  nextTick(): number {
    return this.acknowledgeAt;
  }

  /** The ACK that is due. */
  ack(): AckFrame {
    this.allAcknowledged();
    return { kind: "ack", received: this.received };
  }

  /** ACK came; `sent` is the number of the last frame that the peer can have. Answers how many bytes that freed. */
  acknowledged(frame: AckFrame, sent: number): number {
    if (frame.received > sent) {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot take an ACK of ${frame.received} frames: ${sent} were sent`,
        "§5.14",
      );
    }
    return this.kept.acknowledge(frame.received);
  }

  /** What this side says to go on; undefined when it cannot. */
  request(): ResumeRequest | undefined {
    if (!this.isPossible()) return undefined;
    return { token: this.token, epoch: this.epoch, received: this.received };
  }

  /** Whether what the peer says fits this session; `taken` is the number of the last frame handed out. */
  judge(request: ResumeRequest, role: Role, taken: number): ResumeAnswer {
    if (role === "client" ? request.epoch <= this.epoch : !this.knows(request)) return "stale";
    return this.kept.reachesBackTo(request.received) && request.received <= taken ? "resumed" : "gap";
  }

  /** Goes on after `judge`. `next`: the token of the next resume. */
  begin(request: ResumeRequest, role: Role, next: Uint8Array): void {
    if (role === "server") this.used = { token: request.token, epoch: request.epoch };
    this.epoch = role === "server" ? this.epoch + 1 : request.epoch;
    this.token = next;
    this.kept.acknowledge(request.received);
    this.replay = new Replay(this.kept, request.received);
    // RESUME has said how much came.
    this.allAcknowledged();
  }

  private allAcknowledged(): void {
    this.unacknowledged = 0;
    this.acknowledgeAt = Number.POSITIVE_INFINITY;
    this.isTimeOver = false;
  }

  private knows({ token, epoch }: ResumeRequest): boolean {
    if (epoch === this.epoch && isSame(token, this.token)) return true;
    return this.used !== undefined && epoch === this.used.epoch && isSame(token, this.used.token);
  }
}

// All bytes are looked at whatever they are, so that the time tells nothing about how many are right.
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let different = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) different |= (a[i] as number) ^ (b[i] ?? 0);
  return different === 0;
}

// ACK after an eighth of what the peer can hold: a round trip of a full pipe costs it seven eighths.
const ACKNOWLEDGED_PART = 8;

/** At the latest so long after something came, ms: what is held for nothing then is a tenth of a second. */
const ACKNOWLEDGE_MS = 100;
