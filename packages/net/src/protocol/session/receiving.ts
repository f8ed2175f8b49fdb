// A message of the peer, frame by frame, to the part that it is for: it dispatches and nothing else.
//
//   message ──► HELLO ─────────────────► opening.ts
//               RESUME, RESUME_REJECT ─► resuming.ts
//               ERROR of stream 0 ─────► the end
//               PING, PONG, GOAWAY ────► heartbeat.ts, going-away.ts
//               ACK ───────────────────► resumption.ts
//               CREDIT, BLOCKED ───────► peer-credit.ts: not sent again, not counted
//               all else ──────────────► peer-*.ts: counted, sent again after a resume

import { type Message, messageLength } from "../byte/message.js";
import { readMessage } from "../frame/batch.js";
import type { AckFrame } from "../frame/ack.js";
import type { Frame } from "../frame/frame.js";
import { ProtocolError, violation } from "../protocol-error.js";
import { toldByPeer, tooLarge, unexpected } from "./endings.js";
import type { GoingAway } from "./going-away.js";
import type { Heartbeat } from "./heartbeat.js";
import type { Life } from "./life.js";
import type { Opening } from "./opening.js";
import type { PeerSignals } from "./peer-signals.js";
import type { Resuming } from "./resuming.js";
import { impossible } from "./session-state.js";

/** What the parts are that frames go to. */
export interface Receivers {
  readonly opening: Opening;
  readonly resuming: Resuming;
  readonly heartbeat: Heartbeat;
  readonly goingAway: GoingAway;
}

/** Takes the peer's messages apart. */
export class Receiving {
  private readonly life: Life;
  private readonly opening: Opening;
  private readonly resuming: Resuming;
  private readonly heartbeat: Heartbeat;
  private readonly goingAway: GoingAway;
  private readonly takeFrame = (frame: Frame): "more" | "stop" => this.take(frame);
  private readonly skipFrame = (): void => this.life.abuse.control("frame of an unknown type", this.life.now);

  constructor(life: Life, { opening, resuming, heartbeat, goingAway }: Receivers) {
    this.life = life;
    this.opening = opening;
    this.resuming = resuming;
    this.heartbeat = heartbeat;
    this.goingAway = goingAway;
  }

  /** Takes one whole message. A broken one ends the session. */
  message(message: Message, now: number, epoch: number | undefined): void {
    const { life } = this;
    const { settings, resumes } = life;
    life.now = now;
    const { kind } = life.state;
    if (kind === "closed" || kind === "suspended" || kind === "handed-over") return;
    if (epoch !== undefined && epoch !== resumes.epoch) return;
    life.keepalive.heard(now);
    const conversation = life.talkingWith();
    if (conversation !== undefined) conversation.now = now;
    const { received } = resumes;
    try {
      const length = messageLength(message);
      if (length > settings.messageBytes) throw tooLarge(length, settings.messageBytes);
      readMessage(message, this.takeFrame, this.skipFrame);
      resumes.messageCame(length, received, now);
      this.resuming.messageEnded();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      life.end(error, "tell");
    }
  }

  private take(frame: Frame): "more" | "stop" {
    const { life } = this;
    if (frame.kind === "error" && frame.streamId === 0) {
      life.end(toldByPeer(frame), "silent");
      return "stop";
    }
    if (frame.kind === "hello") {
      this.opening.hello(frame);
      this.resuming.mayAsk = life.role === "server";
      return "more";
    }
    const { state } = life;
    if (state.kind === "opening") {
      throw violation(
        "HELLO_EXPECTED",
        `Cannot take ${frame.kind} before HELLO: it comes first, once`,
        "§2.1",
      );
    }
    if (frame.kind === "resume") this.resuming.heard(frame);
    else if (frame.kind === "resume-reject") this.resuming.rejected(frame);
    else if (state.kind !== "open" && state.kind !== "draining") throw unexpected(frame.kind);
    else this.takeTalking(frame, state.kind === "draining" && state.lastPeerStream !== undefined);
    // What was done may have been the last that this side takes of the peer (abuse.ts).
    return life.state.kind === "closed" ? "stop" : "more";
  }

  // `goneAway`: this side said GOAWAY and no longer lets streams in.
  private takeTalking(frame: TalkingFrame, goneAway: boolean): void {
    const { life } = this;
    const fromPeer = life.fromPeer as PeerSignals; // as long as the state is open or draining
    this.resuming.mayAsk = false;
    switch (frame.kind) {
      case "credit":
        fromPeer.credits.credit(frame, life.now);
        return;
      case "blocked":
        fromPeer.credits.blocked(frame, life.now);
        return;
      case "ping":
        this.heartbeat.ping(frame.opaque);
        return;
      case "pong":
        this.heartbeat.pong(frame.opaque);
        return;
      case "ack":
        this.acknowledged(frame);
        return;
      case "goaway":
        this.goingAway.heard(frame);
        return;
      default:
        this.takeNumbered(frame, fromPeer, goneAway);
    }
  }

  // What would be sent again after a resume: it is counted (protocol.md §10.1).
  private takeNumbered(frame: NumberedFrame, fromPeer: PeerSignals, goneAway: boolean): void {
    const { life } = this;
    life.resumes.received++;
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
        fromPeer.credits.drain(frame, life.now);
        return;
      case "drained":
        fromPeer.credits.drained(frame);
        return;
      case "part":
        fromPeer.part(frame, life.now);
        return;
      case "urgency":
        fromPeer.urgency(frame, life.now);
        return;
      default:
        impossible(frame);
    }
  }

  // One that frees a part of the buffer is what ACK is for; at full speed those are hundreds a second (§7.4).
  private acknowledged(frame: AckFrame): void {
    const { resumes, outbox, settings, abuse, now } = this.life;
    const { kept, replay } = resumes;
    const before = kept.bytes;
    resumes.acknowledged(frame, replay?.sentUpTo ?? outbox.taken);
    if (before - kept.bytes < settings.replayBytes / 16) abuse.control("ACK", now);
  }
}

/** What may come once the sides talk. */
type TalkingFrame = Exclude<Frame, { kind: "hello" | "resume" | "resume-reject" }>;

/** What would be sent again after a resume. */
type NumberedFrame = Exclude<
  TalkingFrame,
  { kind: "credit" | "blocked" | "ping" | "pong" | "ack" | "goaway" }
>;
