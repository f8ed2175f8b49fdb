// The byte credit of one receiving direction: how far ahead of the subscriber the peer may be. The share is the
// stream's own; what goes beyond it is a loan of the pool (docs/protocol.md §4.5).
//
//   committed = granted - delivered - returned = held + unsent          what the peer can make us hold
//   loan      = max(0, committed - share)                               so it comes back by itself, as items are taken
//
//   share ──► window ──(half of it went within 2 round trips)──► doubles ──(it took 16)──► halves, to the share
//     ▲                              (in company: 1)                (in company: 3)          │
//     └────────────────────── DRAINED: unused for idleMs, or a need waits ───────────────────┘
//
// In company, when other streams of the connection receive too, what this one has under way stands in front of their
// items in the socket: a window far above what the round trip takes would make a call beside it wait for all of that.
//
// The window is what the stream would like; what it gets is bounded by what the pool lends for throughput. It is
// never below the share, which the argument that nothing waits for ever rests on.
//
// Draining: from DRAIN to DRAINED the limit does not move, so that both sides mean the same bytes.

import type { CreditGranted } from "./credit-granted.js";
import type { Needy } from "./needs.js";
import type { Pool } from "./pool.js";
import { isGrantDue } from "./replenish.js";
import type { Borrower } from "./who-to-drain.js";

/** Window, loan and need of one direction. All positions and sizes are bytes. */
export class ByteWindow implements Needy, Borrower {
  /** Bytes lent by the pool at this moment. */
  loan = 0;
  /** When credit was last used or granted, as the pool counts. */
  usedAt = 0;
  /** DRAIN was said and not answered. */
  isDraining = false;
  /** Byte limit that would let the peer's next item go; 0: it states none. */
  need = 0;
  readonly streamId: number;
  /** What was granted, and what became of it. */
  readonly account: CreditGranted;
  private readonly pool: Pool;
  private size: number;
  // When half a window had been granted for the last time, in ticks, and how far the limit was then. Whole ones of 32
  // bits, which wrap, since V8 keeps a box for each field that ever had a fraction, and there are many streams.
  private halfAt = NOT_YET;
  private halfGranted: number;

  /** `account` has the share granted already. */
  constructor(streamId: number, account: CreditGranted, pool: Pool) {
    this.streamId = streamId;
    this.account = account;
    this.pool = pool;
    this.size = pool.share;
    this.halfGranted = pool.share;
  }

  get unspentLoan(): number {
    return Math.min(this.loan, this.account.unsent);
  }

  /** Whether the share, of which nothing else is committed, has room for the need. */
  get isNeedCovered(): boolean {
    return this.needLoan() <= this.loan;
  }

  /** Whether a loan is needed that can be given: what the stream itself holds does not exceed what is kept for items. */
  get isNeedFeasible(): boolean {
    return this.needLoan() <= this.pool.kept;
  }

  /** The peer sent something. */
  used(): void {
    this.usedAt = this.pool.usedBy(this);
  }

  /** Items were taken or let go, or the peer ended: what exceeds the share no more goes back. */
  settle(): void {
    if (this.loan === 0) return;
    const loan = Math.max(0, this.account.committed - this.pool.share);
    if (loan >= this.loan) return;
    this.pool.giveBack(this.loan - loan);
    this.loan = loan;
  }

  /** Whether a new limit is worth a frame. */
  isDue(): boolean {
    if (this.isDraining) return false;
    const { account } = this;
    const window = this.reach();
    return isGrantDue(window - account.committed, account.unsent, window, this.pool.smallest);
  }

  /** Moves the limit as far as it goes, if that is worth anything. `roundTripMs`: undefined while not measured. */
  grant(now: number, roundTripMs: number | undefined): void {
    if (this.isDraining) return;
    const { account, pool } = this;
    const free = this.reach() - account.committed;
    if (free < pool.smallest) return;
    this.fit(account.granted + free, now, roundTripMs);
    while (this.raise(account.granted + this.reach() - account.committed, "ahead") === "refused") {
      // The process has no memory to lend so much from: half of it may do. The share, where this ends, is paid for.
      this.size = Math.max(Math.floor(this.reach() / 2), pool.share);
      if (this.reach() - account.committed < pool.smallest) return;
    }
  }

  /** The peer's next item needs the limit `limit`; one that it has by now is no need. */
  state(limit: number): void {
    this.need = limit > this.account.granted ? limit : 0;
  }

  /** Lends what the need wants, whole, and moves the limit there. */
  meetNeed(): "met" | "refused" | "moot" {
    const { account } = this;
    if (this.need <= account.granted) {
      this.need = 0;
      return "moot";
    }
    if (this.isDraining || this.raise(this.need, "need") === "refused") return "refused";
    // Who sends one large item is likely to send another: room for two, so that the next need not ask.
    this.size = Math.max(this.size, Math.min(2 * (this.need - account.received), this.largest()));
    this.need = 0;
    return "met";
  }

  /** What the pool lacks to meet the need. */
  shortfall(): number {
    return this.needLoan() - this.loan - this.pool.free;
  }

  /** DRAIN goes to the peer; the limit that it states. */
  drain(): number {
    this.isDraining = true;
    return this.account.granted;
  }

  /** The answer to DRAIN: the peer goes on at `position`. Any other than the limit, or unasked, is a broken rule. */
  drained(position: number): "exact" | "mismatch" {
    if (!this.isDraining || position !== this.account.granted) return "mismatch";
    this.account.skip();
    this.isDraining = false;
    this.need = 0;
    this.size = this.pool.share;
    this.halfAt = NOT_YET;
    this.settle();
    return "exact";
  }

  /** The peer ended: no need, and no answer to DRAIN will come. */
  end(): void {
    this.pool.gone(this);
    this.isDraining = false;
    this.need = 0;
    this.settle();
  }

  // Bytes that may be committed now: what the stream would like, within what the pool lends for throughput.
  private reach(): number {
    return Math.min(this.size, this.pool.share + this.pool.roomFor(this.loan));
  }

  private largest(): number {
    return this.pool.share + this.pool.size;
  }

  // Doubles the window when half of it went within two round trips: then the peer was limited by it, or soon is
  // (quiche does the same). It thus ends at 4 to 8 times what flows in a round trip; half of it is what the peer
  // has left to send while a grant travels. Halves it when that took sixteen: a window far above what is taken is
  // nothing but a queue.
  private fit(limit: number, now: number, roundTripMs: number | undefined): void {
    if (2 * (limit - this.halfGranted) < this.size) return;
    const { shortestMs, growWithin, shrinkAfter } = this.pool.isShared ? IN_COMPANY : ALONE;
    const roundTrip = Math.max(roundTripMs ?? UNMEASURED_MS, shortestMs);
    const at = Math.floor(now * TICKS) | 0;
    const took = ((at - this.halfAt) | 0) / TICKS;
    if (this.halfAt === NOT_YET) {
      // Nothing to count from: neither short nor long.
    } else if (took <= growWithin * roundTrip) this.size = Math.min(2 * this.size, this.largest());
    else if (took > shrinkAfter * roundTrip) this.size = Math.max(Math.floor(this.size / 2), this.pool.share);
    this.halfAt = at;
    this.halfGranted = limit;
  }

  private needLoan(): number {
    const { account } = this;
    return Math.max(0, this.need - account.granted + account.committed - this.pool.share);
  }

  private raise(limit: number, use: "ahead" | "need"): "raised" | "refused" {
    const { account } = this;
    const loan = Math.max(0, limit - account.granted + account.committed - this.pool.share);
    if (loan > this.loan) {
      if (this.pool.borrow(loan - this.loan, use) === "refused") return "refused";
      this.loan = loan;
    }
    account.raise(limit);
    this.usedAt = this.pool.stamp();
    return "raised";
  }
}

// Round trip assumed until one is measured: across a continent. Too long costs memory of the pool that nobody needs
// at that time, too short a slow start.
const UNMEASURED_MS = 100;

const NOT_YET = -1;

// Ticks a millisecond. They wrap after 37 hours, and the worst of that is one window that grows too early.
const TICKS = 16;

// Round trips in which half a window goes: up to the first it is doubled, beyond the second halved. Shorter ones than
// `shortestMs` say less about when a grant arrives than the turns of both event loops do; alone, a stream has its whole
// pace by a window that covers those (row N1: 2.4 M items/s against 1.6 M), in company a call beside it its answer by
// one that does not (row N4b: 0.7 ms against 13).
const ALONE: Rule = { shortestMs: 1, growWithin: 2, shrinkAfter: 16 };
const IN_COMPANY: Rule = { shortestMs: 0.1, growWithin: 1, shrinkAfter: 3 };

interface Rule {
  readonly shortestMs: number;
  readonly growWithin: number;
  readonly shrinkAfter: number;
}
