// RESUME and RESUME_REJECT: how a session goes on over another transport (docs/protocol.md §10.4, §10.6). Two sessions
// take part on each side, and this class plays either:
//
//   the new one, N, was made for the new transport and speaks HELLO on it
//   the old one, O, is suspended, or has not noticed yet; it has the streams
//
//   client  N: HELLO, RESUME of O ──────────────►  server  N: event `resume`
//           N: event `resume`, handed over  ◄────          O: resume(), says RESUME;  N: handOver()
//           O: resume()                                    or N: refuseResume(), and goes on by itself
//
// Tokens, counts and what is sent again are in resumption.ts, the states in session-state.ts.

import type { ResumeFrame } from "../frame/resume.js";
import type { ResumeRefusal, ResumeRejectFrame } from "../frame/resume-reject.js";
import { sessionLost, unexpected } from "./endings.js";
import type { GoingAway } from "./going-away.js";
import { checkedToken } from "./handshake.js";
import type { Life } from "./life.js";
import type { ResumeAnswer, ResumeRequest } from "./session-api.js";
import { ask, conversationOf, goOn, handOver, refuse } from "./session-state.js";

/** Asks, answers, goes on and hands over. */
export class Resuming {
  /** A server's: RESUME is the frame after HELLO, and the last one of its message. */
  mayAsk = false;
  private readonly life: Life;
  private readonly goingAway: GoingAway;
  private answered: ResumeRequest | undefined = undefined;

  constructor(life: Life, goingAway: GoingAway) {
    this.life = life;
    this.goingAway = goingAway;
  }

  /** N: RESUME came. */
  heard({ token, epoch, received }: ResumeFrame): void {
    const { state, hasAsked } = this.life;
    const next = this.mayAsk ? ask(state) : hasAsked && this.answered === undefined && state;
    if (next === false || next === "not-now" || next.kind !== "resuming") throw unexpected("resume");
    this.life.become(next);
    this.answered = { token, epoch, received };
  }

  /** N: the message has ended that RESUME stood in; it is the last frame of it. */
  messageEnded(): void {
    const request = this.answered;
    if (request === undefined) return;
    this.answered = undefined;
    if (this.life.state.kind !== "resuming") return;
    if (this.life.role === "client") this.handOver();
    this.life.events.add({ kind: "resume", request });
  }

  /** A client's N: RESUME_REJECT came, and it goes on by itself. */
  rejected({ reason, message }: ResumeRejectFrame): void {
    const { life } = this;
    const next = life.hasAsked && this.answered === undefined ? refuse(life.state) : "not-now";
    if (next === "not-now") throw unexpected("resume-reject");
    life.become(next);
    life.keepalive.restart(life.now);
    life.events.add({ kind: "resumeRefused", reason, message });
    const conversation = conversationOf(next);
    if (conversation !== undefined) life.events.add({ kind: "ready", peer: conversation.peer });
  }

  /** O: what the other side's O is asked by. */
  request(): ResumeRequest | undefined {
    return this.life.isResumable ? this.life.resumes.request() : undefined;
  }

  /** O: goes on, if what the peer says fits. `token`: a server's for the next time. */
  resume(request: ResumeRequest, token: Uint8Array): ResumeAnswer {
    const { life } = this;
    const { resumes, role, outbox, now } = life;
    const nextToken = role === "client" ? request.token : checkedToken(token);
    if (!life.isResumable || life.state.kind === "resuming") return "stale";
    const answer = resumes.judge(request, role, outbox.taken);
    if (answer === "gap") life.end(sessionLost("what one side has not got is not held any more"), "tell");
    if (answer === "stale" && role === "client") life.end(sessionLost("its epoch is over"), "tell");
    if (answer !== "resumed") return answer;
    // The peer has another transport before this side has missed the old one.
    if (life.state.kind !== "suspended") life.pause();
    life.become(goOn(life.state));
    resumes.begin(request, role, nextToken);
    life.keepalive.restart(now);
    conversationOf(life.state)?.goesOn(now);
    const ours = role === "server" ? resumes.request() : undefined;
    if (ours !== undefined) outbox.addLastControl({ kind: "resume", ...ours });
    return answer;
  }

  /** A server's N: O does not go on, this one does. */
  refuse(reason: ResumeRefusal, message: string = REFUSALS[reason]): void {
    const { life } = this;
    if (life.role === "client" || life.become(refuse(life.state)) === "not-now") return;
    life.outbox.addLastControl({ kind: "resume-reject", reason, message });
    life.keepalive.restart(life.now);
    this.goingAway.restate();
  }

  /** N: O has the transport. */
  handOver(): void {
    this.life.become(handOver(this.life.state));
  }
}

const REFUSALS: Readonly<Record<ResumeRefusal, string>> = {
  unknown: "There is no such session for this client",
  gap: "What this client has not got is not held any more",
  stale: "The session has gone on in a later epoch",
};
