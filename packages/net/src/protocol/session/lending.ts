// Loans of byte credit to the streams of one connection: who waits for one, and from whom it is taken back.
//
//   BLOCKED(needed) ──► covered by its own share? ──────────► CREDIT
//        └────────────► line of needs ──► lent whole ──► CREDIT
//                            │ the pool has too little
//                            ▼
//                      DRAIN to who has unspent loans ──► DRAINED ──► pool      (also to who has not used his for idleMs)
//
// A need larger than what is kept for one item is one whose stream holds untaken items besides: it waits outside
// the line until its own subscriber has taken them, or a stalled stream would keep the large items of all others
// waiting. docs/protocol.md §4.12 has the argument why everything else moves.
//
// Bounds: each running stream stands once in the line or beside it, and once among the borrowers.

import type { MemoryAccount } from "@sluice/core";
import type { ByteWindow } from "../credit/byte-window.js";
import { Needs } from "../credit/needs.js";
import { Pool } from "../credit/pool.js";
import { whoToDrain } from "../credit/who-to-drain.js";
import type { BlockedFrame } from "../frame/blocked.js";
import type { DrainedFrame } from "../frame/drain.js";
import { FRAME_BYTES, LARGEST_OVERHEAD, LENGTH_BYTES, type Settings } from "../limits.js";
import { violation } from "../protocol-error.js";
import type { Outbox } from "./outbox.js";

/** The pool of a connection, with everybody who has to do with it. */
export class Lending {
  readonly pool: Pool;
  private readonly needs: Needs<ByteWindow>;
  // Needs that the stream's own share covers: they take nothing from anybody, so they wait for nobody.
  private readonly covered = new Set<ByteWindow>();
  // Streams that were not let in and are not over. Few, and so not a field of each.
  private readonly shareless = new Set<ByteWindow>();
  // Whoever has a loan, and some who had one; they are let go when the borrowers are looked at.
  private readonly borrowers = new Map<ByteWindow, number>();
  private readonly outbox: Outbox;
  private readonly idleMs: number;
  private readonly largestCharge: number;
  private sweepAt = Number.POSITIVE_INFINITY;
  // When two streams were last seen to receive, one after the other.
  private companyAt = Number.NEGATIVE_INFINITY;
  // For whom loans are being taken back. Looked for when somebody is first in line, and again as often as it says its
  // need anew: by then who was lent to before it has used the loan, or has nothing for it.
  private takingBackFor: ByteWindow | undefined = undefined;

  constructor(settings: Settings, account: MemoryAccount | undefined, outbox: Outbox) {
    const { receiveBudget, shareBytes, peerStreams, ownStreams, itemBytes } = settings;
    // A stream that was opened before our HELLO was heard has the largest overhead for its life (§2.5).
    this.largestCharge = itemBytes + LARGEST_OVERHEAD + LENGTH_BYTES;
    const { largestCharge } = this;
    this.pool = new Pool(
      { receiveBudget, shareBytes, streams: peerStreams + ownStreams, largestCharge },
      account,
    );
    this.needs = new Needs(this.pool);
    this.outbox = outbox;
    this.idleMs = settings.idleMs;
  }

  /** The peer says what its next item needs. */
  need(window: ByteWindow, granted: number, frame: BlockedFrame): void {
    if (frame.needed > granted + this.largestCharge) {
      throw violation(
        "FRAME_UNEXPECTED",
        `Cannot lend up to byte ${frame.needed} on stream ${frame.streamId}: ${granted} are granted, and the largest item takes ${this.largestCharge}`,
        "§4.9",
      );
    }
    // While it is drained both sides are about to count anew; a need that is left is said again behind DRAINED.
    if (frame.needed === 0 || window.isDraining) return;
    window.state(frame.needed);
    this.place(window);
    // Or its next item is another one than its loan was for, which it will not use now: others may wait for that.
    if (window === this.takingBackFor || window.unspentLoan > 0) this.takingBackFor = undefined;
  }

  /** Its subscriber took something, or nobody takes it any more: a need that had to wait for that may join the line. */
  reconsider(window: ByteWindow): void {
    if (window.need > 0) this.place(window);
  }

  /** Lends to the first in line while it goes; the next one lent to, until undefined. Looks at one if nobody waits. */
  serveNext(): ByteWindow | undefined {
    for (const window of this.covered) {
      this.covered.delete(window);
      if (window.meetNeed() === "met") return window;
    }
    if (this.needs.first === undefined) return undefined;
    const served = this.needs.serveNext();
    if (served === undefined) this.takeBack(this.needs.first);
    return served;
  }

  /** Whether somebody has a loan, or had one lately. */
  get hasLent(): boolean {
    return this.borrowers.size > 0;
  }

  /** Whether several streams receive, or did lately: then each window is held to what its round trip takes. */
  noteCompany(now: number): boolean {
    if (this.pool.takeChange()) this.companyAt = now;
    this.pool.isShared = now - this.companyAt < COMPANY_MS;
    return this.pool.isShared;
  }

  /** A limit was raised: if by a loan, that is watched from now on. */
  granted(window: ByteWindow, now: number): void {
    if (window.loan === 0 || this.borrowers.has(window)) return;
    this.borrowers.set(window, UNSEEN);
    this.sweepAt = Math.min(this.sweepAt, now + this.idleMs);
  }

  /** The peer answers a DRAIN. */
  drained(window: ByteWindow, frame: DrainedFrame): void {
    // Some of it may have been sent instead of given back: looks once more for what is missing.
    this.leaveLine(window);
    this.takingBackFor = undefined;
    if (window.drained(frame.bytes) === "exact") return;
    throw violation(
      "FRAME_UNEXPECTED",
      `Cannot take DRAINED at byte ${frame.bytes} of stream ${frame.streamId}: it answers a DRAIN, with its limit`,
      "§4.10",
    );
  }

  /** Nobody wants its items any more: what it needs, nobody needs. */
  forget(window: ByteWindow): void {
    window.need = 0;
    this.leaveLine(window);
  }

  /** The stream is not let in, so nothing is held for it and no share taken; its opener does not know that yet. */
  turnedAway(window: ByteWindow): void {
    this.shareless.add(window);
  }

  /** The stream is over. */
  left(window: ByteWindow): void {
    this.forget(window);
    this.pool.gone(window);
    this.borrowers.delete(window);
    if (!this.shareless.delete(window)) this.pool.leave();
  }

  /** When `tick` wants to be called. */
  nextTick(): number {
    return this.sweepAt;
  }

  /** Takes back what was not used since the last look, between one and two times idleMs ago. */
  tick(now: number): void {
    if (now < this.sweepAt) return;
    if (this.outbox.isReplayFull()) {
      // DRAIN is kept until it is acknowledged, and this peer acknowledges nothing.
      this.sweepAt = now + this.idleMs;
      return;
    }
    for (const [window, seen] of this.borrowers) {
      if (window.loan === 0) this.borrowers.delete(window);
      else if (window.usedAt !== seen) this.borrowers.set(window, window.usedAt);
      else this.shrink(window);
    }
    this.sweepAt = this.borrowers.size === 0 ? Number.POSITIVE_INFINITY : now + this.idleMs;
  }

  /** Asks for what the peer has not used of its loan; a need that waits comes first. */
  shrink(window: ByteWindow): void {
    if (window.isDraining || window.need > 0 || window.unspentLoan === 0 || this.outbox.isReplayFull())
      return;
    this.drain(window);
  }

  private place(window: ByteWindow): void {
    if (window.isNeedCovered) {
      this.leaveLine(window);
      this.covered.add(window);
    } else if (window.isNeedFeasible) {
      this.needs.join(window);
    } else {
      this.leaveLine(window);
    }
  }

  private leaveLine(window: ByteWindow): void {
    this.covered.delete(window);
    this.needs.leave(window);
    if (this.takingBackFor === window) this.takingBackFor = undefined;
  }

  private takeBack(first: ByteWindow | undefined): void {
    if (first === this.takingBackFor || first === undefined || this.outbox.isReplayFull()) return;
    this.takingBackFor = first;
    const others: ByteWindow[] = [];
    for (const window of this.borrowers.keys()) {
      if (window.loan === 0) this.borrowers.delete(window);
      else if (window !== first) others.push(window);
    }
    for (const window of whoToDrain(others, first.shortfall())) this.drain(window);
  }

  private drain(window: ByteWindow): void {
    const { streamId } = window;
    this.outbox.addFrame({ kind: "drain", streamId, bytes: window.drain() }, FRAME_BYTES);
  }
}

// Longer than between two calls of somebody who waits for each; shorter than anybody minds a slower stream. Judgement.
const COMPANY_MS = 1000;

// No use has this number.
const UNSEEN = -1;
