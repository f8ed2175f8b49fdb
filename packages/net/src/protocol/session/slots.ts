// Opening a stream on a session that has heard HELLO: whether there is room, and the event `slots` when there is again.
//
//   idle ── open answers "no-slot" ──► wanted ── a slot, and room to send again ──► event `slots`, idle

import type { GoingAway } from "./going-away.js";
import type { Life } from "./life.js";
import type { OpenOptions, OpenRefusal, SessionEvent } from "./session-api.js";
import { conversationOf } from "./session-state.js";

/** Room for streams of this side. */
export class Slots {
  private readonly life: Life;
  private readonly goingAway: GoingAway;
  private areWanted = false;

  constructor(life: Life, goingAway: GoingAway) {
    this.life = life;
    this.goingAway = goingAway;
  }

  /** Opens a stream; its id, or why not. */
  open(options: OpenOptions): number | OpenRefusal {
    const { life } = this;
    const { state } = life;
    if (state.kind === "resuming") return "not-ready";
    const conversation = conversationOf(state);
    if (conversation === undefined || life.fromHere === undefined) return "closed";
    if ((state.kind === "suspended" ? state.was : state).kind === "draining") return "going-away";
    const answer = life.isReplayFull() ? "no-slot" : life.fromHere.opens.open(options);
    if (answer === "exhausted") this.goingAway.say({ reason: "All stream ids are used" });
    if (answer === "no-slot") {
      this.areWanted = true;
      life.blockedReport.noSlot(conversation, life.now);
    }
    return answer;
  }

  /** `slots`, when it is time for it. */
  event(): SessionEvent | undefined {
    if (!this.areWanted) return undefined;
    const { life } = this;
    const { state } = life;
    if (state.kind !== "open" || life.isReplayFull()) return undefined;
    if (typeof state.conversation.table.nextId() !== "number") return undefined;
    this.areWanted = false;
    life.blockedReport.slotsCame();
    return { kind: "slots" };
  }
}
