// What a session does because time has passed, and when it wants to be asked: one `tick` and one `nextTick` for all
// that waits. Which of it counts is a question of the state (session-state.ts):
//
//   opening, resuming   the peer's HELLO, or its answer to RESUME; a server in `resuming` is the one that answers
//   open, draining      heartbeat, BLOCKED, ACK, loans, stalls and items in parts, a transport that takes nothing
//   suspended           another transport

import { handshakeTimeout, sessionLost, writeStalled } from "./endings.js";
import type { Heartbeat } from "./heartbeat.js";
import type { Life } from "./life.js";
import { impossible } from "./session-state.js";

/** The clock side of a session. */
export class Timekeeping {
  private readonly life: Life;
  private readonly heartbeat: Heartbeat;
  private readonly handshakeUntil: number;

  constructor(life: Life, heartbeat: Heartbeat) {
    this.life = life;
    this.heartbeat = heartbeat;
    this.handshakeUntil = life.now + life.settings.handshakeMs;
  }

  /** Lets time pass. */
  tick(now: number): void {
    const { life } = this;
    const { state } = life;
    life.now = now;
    switch (state.kind) {
      case "opening":
      case "resuming":
        if (now >= this.answerUntil()) life.end(handshakeTimeout(life.settings.handshakeMs), "tell");
        return;
      case "open":
      case "draining": {
        const { conversation } = state;
        conversation.now = now;
        life.blockedReport.tick(conversation, now);
        life.resumes.tick(now);
        conversation.lending.tick(now);
        conversation.tick(now);
        this.heartbeat.tick(now);
        this.lookAtWriting(now);
        return;
      }
      case "suspended":
        if (now >= state.until) life.end(sessionLost("no transport came in time"), "silent");
        return;
      case "handed-over":
      case "closed":
        return;
      default:
        impossible(state);
    }
  }

  /** When `tick` wants to be called. */
  nextTick(): number {
    const { life } = this;
    const { state } = life;
    switch (state.kind) {
      case "opening":
      case "resuming":
        return this.answerUntil();
      case "open":
      case "draining": {
        const { conversation } = state;
        life.writeStall.note(!life.outbox.isEmpty(), life.now);
        return Math.min(
          life.keepalive.nextTick(),
          life.blockedReport.nextTick(conversation),
          conversation.lending.nextTick(),
          conversation.nextTick(),
          life.resumes.nextTick(),
          life.writeStall.nextTick(),
        );
      }
      case "suspended":
        return state.until;
      case "handed-over":
      case "closed":
        return Number.POSITIVE_INFINITY;
      default:
        return impossible(state);
    }
  }

  // When the answer of the peer must have come: HELLO, or the one to RESUME.
  private answerUntil(): number {
    const { role, state } = this.life;
    return role === "server" && state.kind === "resuming" ? Number.POSITIVE_INFINITY : this.handshakeUntil;
  }

  private lookAtWriting(now: number): void {
    const { life } = this;
    // What was due before may have ended it, or its transport.
    if (life.talkingWith() === undefined) return;
    life.writeStall.note(!life.outbox.isEmpty(), now);
    if (life.writeStall.isStalled(now)) life.lose(writeStalled(life.settings.writeStallMs), "tell");
  }
}
