// What is written when there is room for a message, in this order:
//
//   1. control: ACK and all that stands in that lane             while resuming, a message of its own
//   2. what the resumed peer has not got, until it has all       alone, one message a turn
//   3. turns of streams, DRAINED, CREDIT that is due             none of it while the replay buffer is full,
//                                                                but CREDIT
// The lanes are in outbox.ts, the turns in turns.ts.

import type { Message } from "../byte/message.js";
import { FRAME_BYTES } from "../limits.js";
import type { Conversation } from "./conversation.js";
import type { GoingAway } from "./going-away.js";
import type { Heartbeat } from "./heartbeat.js";
import type { Life } from "./life.js";
import type { TakeTurn, Waiting } from "./session-api.js";

/** Fills messages. */
export class Transmission {
  private readonly life: Life;
  private readonly goingAway: GoingAway;
  private readonly heartbeat: Heartbeat;

  constructor(life: Life, goingAway: GoingAway, heartbeat: Heartbeat) {
    this.life = life;
    this.goingAway = goingAway;
    this.heartbeat = heartbeat;
  }

  /** The next message, or undefined. */
  next(now: number, turn: TakeTurn | undefined): Message | undefined {
    const { life } = this;
    const { outbox, resumes, keepalive } = life;
    life.now = now;
    if (life.state.kind === "suspended") return undefined;
    life.writeStall.taken();
    const conversation = life.talkingWith();
    if (conversation !== undefined) {
      if (resumes.isAckDue()) outbox.addControl(resumes.ack(), FRAME_BYTES);
      if (resumes.replay !== undefined) {
        const message = this.again(conversation);
        if (message !== undefined) return message;
      }
      const isFull = resumes.kept.isFull();
      conversation.grants.holdSlots = isFull;
      if (turn !== undefined && !isFull) conversation.runTurns(turn, now);
      if (!isFull) conversation.senderCredit.answerDrains();
      if (conversation.grants.isDue()) {
        const { lending } = conversation;
        const isShared = lending.noteCompany(now);
        // Alone the last round trip, its own queue with it; in company the way itself, without anybody's queue.
        conversation.grants.write(outbox, now, isShared ? keepalive.leastMs : keepalive.roundTripMs);
        // From the first loan on it matters how long a round trip is, and the heartbeat is far away.
        if ((isShared || keepalive.roundTripMs === undefined) && lending.hasLent) this.heartbeat.measure();
      }
    }
    const message = outbox.take();
    this.controlTaken();
    return message;
  }

  /** What would go with the next messages. */
  waiting(): Waiting {
    const { life } = this;
    if (life.state.kind === "suspended") return "nothing";
    const conversation = life.talkingWith();
    const { outbox, resumes } = life;
    // One message a turn, so that the socket is read and heartbeats go in between (protocol.md §10.4).
    if (conversation !== undefined && resumes.replay !== undefined) return "several";
    const something = outbox.isEmpty() && !resumes.isAckDue() ? "nothing" : "one";
    if (conversation === undefined) return something;
    const { turns, grants } = conversation;
    const offered = resumes.kept.isFull() ? "nothing" : turns.waiting();
    if (offered === "nothing") return grants.isDue() ? "one" : something;
    return offered === "one" && outbox.dataBytes === 0 ? "one" : "several";
  }

  // What the resumed peer has not got, with what is of the connection in front; undefined when it has all.
  private again(conversation: Conversation): Message | undefined {
    const { outbox, resumes, blockedReport, now } = this.life;
    const { settings, grants } = conversation;
    const control = outbox.takeControl();
    if (control !== undefined) {
      this.controlTaken();
      return control;
    }
    const target = Math.min(settings.targetShared, outbox.messageBytes);
    const again = resumes.replay?.next(target);
    if (again !== undefined) return again;
    // Now it knows every stream, and may have missed any limit.
    resumes.replay = undefined;
    grants.restateAll();
    blockedReport.restart(conversation, now);
    this.goingAway.restate();
    return undefined;
  }

  private controlTaken(): void {
    const { outbox, keepalive } = this.life;
    if (!outbox.hasControl()) keepalive.pongWaits = false;
  }
}
