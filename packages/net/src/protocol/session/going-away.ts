// GOAWAY, said and heard, and the event `drained` that follows either (docs/protocol.md §7.2).
//
//   open ── said or heard ──► draining ── no stream is left ──► the event `drained`, once
//
// Each side says it once and hears it once; on another transport what was said is said again.

import { FRAME_BYTES, REASON_BYTES } from "../limits.js";
import type { GoawayFrame } from "../frame/goaway.js";
import type { Life } from "./life.js";
import type { GoawayOptions, SessionEvent } from "./session-api.js";
import { conversationOf, drain } from "./session-state.js";

/** Ends a session without ending its streams. */
export class GoingAway {
  private readonly life: Life;
  private said: GoawayFrame | undefined = undefined;
  private wasHeard = false;
  private saidDrained = false;

  constructor(life: Life) {
    this.life = life;
  }

  /** This side takes no new streams. */
  say({ reason, reconnectAfterMs = 0, spreadMs = 0 }: GoawayOptions): void {
    for (const ms of [reconnectAfterMs, spreadMs]) {
      if (!Number.isSafeInteger(ms) || ms < 0) {
        throw new RangeError(`Cannot say GOAWAY with ${ms} ms: times must be integers >= 0`);
      }
    }
    const { life } = this;
    const lastStreamId = conversationOf(life.state)?.table.lastOfPeer();
    if (lastStreamId === undefined) return;
    if (life.become(drain(life.state, lastStreamId)) === "not-now") return;
    this.said = { kind: "goaway", lastStreamId, reconnectAfterMs, spreadMs, reason };
    // Otherwise it goes with what is stated when there is a transport to state it on.
    if (life.talkingWith() !== undefined) this.restate();
  }

  /** The peer was judged to throw streams away (abuse.ts): it has to take them elsewhere. */
  sayEnough(): void {
    this.say(ENOUGH);
  }

  /** Says again what was said, if it was, on another transport. */
  restate(): void {
    if (this.said !== undefined) this.life.outbox.addControl(this.said, FRAME_BYTES + REASON_BYTES);
  }

  /** The peer takes no new streams. */
  heard({ lastStreamId, reconnectAfterMs, spreadMs, reason }: GoawayFrame): void {
    const { life } = this;
    // After a resume it is said again.
    if (this.wasHeard) {
      life.abuse.control("GOAWAY", life.now);
      return;
    }
    this.wasHeard = true;
    life.become(drain(life.state, undefined));
    life.events.add({ kind: "goaway", goaway: { lastStreamId, reconnectAfterMs, spreadMs, reason } });
    life.fromPeer?.goaway(lastStreamId);
  }

  /** `drained`, when it is time for it. */
  event(): SessionEvent | undefined {
    const { state } = this.life;
    if (this.saidDrained || state.kind !== "draining" || state.conversation.table.size > 0) return undefined;
    this.saidDrained = true;
    return { kind: "drained" };
  }
}

/** What a peer hears whose streams are thrown away, or fail through its own fault, too often. */
const ENOUGH: GoawayOptions = {
  reason: "Too many streams were cancelled at once, or failed through the fault of who opened them",
  reconnectAfterMs: 1000,
};
