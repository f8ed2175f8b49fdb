// PING and PONG, both ways (docs/protocol.md §7.1): what keepalive.ts decides becomes frames here, and the session is
// lost when the peer is dead.
//
//   ours    idle ── due, or `measure` ──► asked ── PONG ──► idle, event `roundTrip`
//                                           └───── silence ──► lost
//   theirs  idle ── PING ──► its PONG waits ── control lane taken ──► idle;  a PING while it waits is one too many

import { pingBytes, pingNumber } from "../frame/ping.js";
import { FRAME_BYTES } from "../limits.js";
import { violation } from "../protocol-error.js";
import { heartbeatLost } from "./endings.js";
import type { Life } from "./life.js";

/** Asks whether the peer is alive, and answers the same question. */
export class Heartbeat {
  private readonly life: Life;

  constructor(life: Life) {
    this.life = life;
  }

  /** The peer asks. */
  ping(opaque: Uint8Array): void {
    const { abuse, keepalive, outbox, now } = this.life;
    abuse.control("PING", now);
    // One PING is unanswered at most, so one that comes while its PONG still waits here is one too many.
    if (keepalive.pongWaits) {
      throw violation("FRAME_UNEXPECTED", "Cannot take a PING before the last one is answered", "§7.1");
    }
    keepalive.pongWaits = true;
    outbox.addControl({ kind: "pong", opaque }, FRAME_BYTES);
  }

  /** The peer answers. */
  pong(opaque: Uint8Array): void {
    const { keepalive, events, now } = this.life;
    if (keepalive.pong(pingNumber(opaque), now) === "unasked") {
      throw violation("FRAME_UNEXPECTED", "Cannot take a PONG: it answers no PING", "§7.1");
    }
    events.add({ kind: "roundTrip", ms: keepalive.roundTripMs ?? 0 });
  }

  /** Somebody wants the round trip before a heartbeat is over. */
  measure(): "asked" | "not-now" {
    const { life } = this;
    if (life.talkingWith() === undefined || life.keepalive.measure(life.now) === "wait") return "not-now";
    this.sayPing();
    return "asked";
  }

  /** Lets time pass. */
  tick(now: number): void {
    const { keepalive, settings } = this.life;
    const due = keepalive.tick(now);
    if (due === "ping") this.sayPing();
    if (due === "dead") this.life.lose(heartbeatLost(settings), "tell");
  }

  private sayPing(): void {
    const { keepalive, outbox } = this.life;
    outbox.addControl({ kind: "ping", opaque: pingBytes(keepalive.pingNumber) }, FRAME_BYTES);
  }
}
