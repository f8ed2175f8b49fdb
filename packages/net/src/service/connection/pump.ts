// Moves messages between a session and the link that it has now, and keeps the session's time.
//
//   link ──message──► receive ──► session ──► owner.dispatchEvents
//   link ◄── send ─── flush ◄── transmit ◄─── owner.takeTurn
//
// When to flush (protocol.md, "Data path"): replies to calls at the end of the incoming message; everything
// else once a turn, gathered, by `defer` (setImmediate in Node: six times the items of a microtask flush).
// While several streams wait, one data message a turn; a stream alone goes on until there is no room or no
// credit. Without room nothing goes: no source is asked, and answers to what the peer says gather in the session,
// where each kind of them is bounded, and not as ever more small messages in front of a peer that reads nothing.

import type { Clock } from "@sluice/core";
import type { Message } from "../../protocol/byte/message.js";
import type { SessionApi, TakeTurn } from "../../protocol/session/session-api.js";
import type { Link } from "./link.js";
import type { Runtime } from "./runtime.js";
import { Ticker } from "./ticker.js";

/** The connection, as its pump sees it. */
export interface PumpOwner {
  readonly takeTurn: TakeTurn;
  /** Drains `session.nextEvent()`. */
  dispatchEvents(): void;
}

/** The traffic of one session. */
export class Pump {
  private readonly session: SessionApi;
  private readonly clock: Clock;
  private readonly defer: (task: () => void) => void;
  private readonly owner: PumpOwner;
  private readonly flushTask: () => void;
  private readonly ticker: Ticker;
  private link: Link | undefined = undefined;
  /** How often the session had been resumed when it got this link: what an older one delivers counts for nothing. */
  private epoch = 0;
  private isHeld = false;
  private isReceiving = false;
  private hasReply = false;
  private isFlushing = false;
  private isScheduled = false;
  private isClosing = false;
  private stopped = false;

  constructor(session: SessionApi, runtime: Runtime, owner: PumpOwner) {
    this.session = session;
    this.clock = runtime.clock;
    this.defer = runtime.defer;
    this.owner = owner;
    this.flushTask = () => {
      this.isScheduled = false;
      this.flush();
    };
    this.ticker = new Ticker(runtime.clock, () => {
      this.session.tick(this.clock.now());
      this.flush();
    });
  }

  /** Goes on over this link, or waits for one. Call `flush` after it, when the session has something to say. */
  use(link: Link | undefined): void {
    this.link = link;
    this.epoch = this.session.epoch;
  }

  /** Says nothing for the time being, whatever there is to say; an end is said all the same. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    if (!isHeld) this.wake();
  }

  receive(message: Message): void {
    if (this.stopped) return;
    this.isReceiving = true;
    this.session.receive(message, this.clock.now(), this.epoch);
    this.owner.dispatchEvents();
    this.isReceiving = false;
    if (this.hasReply) {
      this.hasReply = false;
      this.flush();
    } else {
      this.wake();
    }
  }

  /** Something is to be sent: it goes with everything else of this turn. */
  wake(): void {
    if (this.isScheduled || this.stopped) return;
    this.isScheduled = true;
    this.defer(this.flushTask);
  }

  /** As `wake`, for the answer to a call: while a message is being taken in, it goes at the end of it. */
  wakeReply(): void {
    if (this.isReceiving) this.hasReply = true;
    else this.wake();
  }

  /** Whether the link has room: without it items wait for their turn, which comes with room. */
  hasRoom(): boolean {
    return this.link?.hasRoom() ?? false;
  }

  flush(): void {
    if (this.stopped || this.isFlushing) return;
    this.isFlushing = true;
    this.owner.dispatchEvents();
    if (this.isClosing) this.sendLast();
    else this.sendMessages();
    this.isFlushing = false;
    this.owner.dispatchEvents();
    if (!this.stopped) this.ticker.atLatest(this.session.nextTick());
  }

  /** Ends the session after what has been said is sent; no source is asked any more. */
  close(): void {
    this.isClosing = true;
    this.wake();
  }

  /** What the session still says, whether or not there is room: it is control only, and tells the peer why. */
  sendSaid(): void {
    for (;;) {
      const message = this.session.transmitParts(this.clock.now());
      if (message === undefined) return;
      this.link?.send(message);
    }
  }

  /** Nothing moves any more, and no timer is left. */
  stop(): void {
    this.stopped = true;
    this.ticker.stop();
  }

  private sendMessages(): void {
    const { link } = this;
    while (link?.hasRoom() === true && !this.isHeld) {
      const message = this.session.transmitParts(this.clock.now(), this.owner.takeTurn);
      if (message === undefined) return;
      link.send(message);
      const waiting = this.session.waiting();
      if (waiting === "nothing") return;
      if (waiting === "several") {
        this.wake();
        return;
      }
    }
  }

  private sendLast(): void {
    this.sendSaid();
    this.session.close();
  }
}
