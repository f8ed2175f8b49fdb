// What a peer may do for nothing: how often it may speak without saying anything, and how often it may begin work
// and throw it away. Credit bounds everything else (docs/protocol.md §7.4).
//
//   control   PING, BLOCKED, URGENCY, ignorable frames, CREDIT and ACK that raise nothing of use
//             empty: FLOODED
//   churn     streams that the peer opened and cancelled, or made fail (rapid reset, CVE-2023-44487; MadeYouReset,
//             CVE-2025-8671)
//             ┌──────┐ empty: GOAWAY ┌────────┐ empty again ┌─────────┐
//             │ fine │──────────────►│ warned │────────────►│ FLOODED │
//             └──────┘               └────────┘             └─────────┘
//   errors    failures that the peer caused, since the beginning; too many: GOAWAY
//   unfinished  handlers that were told to stop and go on; too many: no stream is let in
//
// A stream that runs to its end is not counted: slots bound those.

import { type ProtocolError, violation } from "../protocol-error.js";
import { TokenBucket } from "./rate.js";

/** The settings that this file enforces. */
export interface AbuseLimits {
  readonly controlBurst: number;
  readonly controlPerSecond: number;
  readonly churnBurst: number;
  readonly churnPerSecond: number;
  readonly peerErrors: number;
  readonly unfinishedHandlers: number;
  readonly peerStreams: number;
}

/** What follows: nothing; GOAWAY, once; or the end of the connection with this error. */
export type Verdict = "fine" | "enough" | ProtocolError;

/** The account of one peer's conduct. All O(1); the time is passed in. */
export class Abuse {
  private readonly limits: AbuseLimits;
  private readonly controls: TokenBucket;
  private readonly churned: TokenBucket;
  /** Handlers that were told to stop and have not ended. Bound: the peer's slots. */
  private unfinished = 0;
  private errors = 0;
  private warned = false;

  constructor(limits: AbuseLimits, now: number) {
    this.limits = limits;
    this.controls = new TokenBucket(limits.controlBurst, limits.controlPerSecond, now);
    this.churned = new TokenBucket(limits.churnBurst, limits.churnPerSecond, now);
  }

  /** The peer sent a frame that costs us work and gives nothing; throws FLOODED when it sent too many. */
  control(name: string, now: number): void {
    if (this.controls.take(now) === "taken") return;
    const { controlBurst, controlPerSecond } = this.limits;
    throw violation(
      "FLOODED",
      `Cannot take another ${name}: more than ${controlBurst} such frames came at once, and more than ${controlPerSecond} a second; send fewer`,
      "§7.4",
    );
  }

  /**
   * A stream of the peer ended because the peer cancelled it or made it fail. Not thrown, since the local side may
   * be the one who says so.
   */
  churn(now: number): Verdict {
    if (this.churned.take(now) === "taken") return "fine";
    const { churnBurst, churnPerSecond, peerStreams } = this.limits;
    if (this.warned) {
      return violation(
        "FLOODED",
        `Cannot let streams be opened and thrown away any longer: more than ${churnBurst} at once, and more than ${churnPerSecond} a second, also after GOAWAY; let streams end`,
        "§7.4",
      );
    }
    this.warned = true;
    // OPENs that crossed the GOAWAY are refused and count here: an honest peer has no more of them than slots.
    this.churned.refill(Math.max(churnBurst, peerStreams), now);
    return "enough";
  }

  /** A stream of the peer failed through its own fault. */
  peerError(): Verdict {
    this.errors += 1;
    return this.errors === this.limits.peerErrors + 1 ? "enough" : "fine";
  }

  /** A handler was told to stop. */
  told(): void {
    this.unfinished += 1;
  }

  /** A handler that was told to stop has ended. */
  finished(): void {
    this.unfinished -= 1;
  }

  /** Whether another stream may be let in: not while so many handlers do not stop. */
  admits(): boolean {
    return this.unfinished < this.limits.unfinishedHandlers;
  }
}
