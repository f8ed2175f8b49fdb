// The floating pool: what is left of a connection's receive budget behind the exclusive shares of its streams.
// It lends to a stream what the peer may send it beyond its share. Pure arithmetic; who waits is in needs.ts,
// what a stream does with a loan in byte-window.ts.
//
//   receiveBudget  |── share ──|── share ──| ... |── share ──|──────────────── pool ────────────────|
//                                                            |── kept ──|── for throughput ──────────|
//
//   Σ loans <= size                          always: nothing is lent twice, so the budget is a hard bound
//
// `kept` is the largest loan that one item can need. Throughput never touches it: a stream that grew a large
// window and then stalls with all of it held can slow down its neighbours, but not keep their large items out.
// Of the rest a stream may have as much as it leaves free (a dynamic threshold: Choudhury and Hahne, IEEE/ACM
// Transactions on Networking 6, 1998): one alone gets half, two get a third each, and there is always some left
// for who comes next, with no list of who has how much.
//
// A process-wide account, if there is one, is charged for each loan and for each share, and may say no.

import { SMALLEST_GRANT } from "../limits.js";
import type { MemoryAccount, MemoryUse } from "@sluice/core";

/** What a pool is made of, all bytes. */
export interface PoolSizes {
  readonly receiveBudget: number;
  readonly shareBytes: number;
  /** Streams of both sides that may run at once. */
  readonly streams: number;
  /** Largest charge of one item: its bytes, its overhead and its length. */
  readonly largestCharge: number;
}

/** Bytes that the streams of one connection borrow and give back. */
export class Pool {
  readonly size: number;
  /** Largest loan for an item. A need beyond it is one that waits for what its own stream still holds. */
  readonly kept: number;
  /** Sum of all loans. */
  lent = 0;
  /** A need waits: nothing is lent for throughput. */
  isClaimed = false;
  /** What each stream has for itself. */
  readonly share: number;
  /** Least bytes that are worth a grant (docs/protocol.md §4.4). */
  readonly smallest: number;
  private readonly account: MemoryAccount | undefined;
  /** Several streams receive at this time, not one alone. */
  isShared = false;
  private charged = 0;
  private uses = 0;
  private lastUser: object | undefined = undefined;
  private hasChanged = false;

  constructor(sizes: PoolSizes, account?: MemoryAccount) {
    this.share = sizes.shareBytes;
    this.smallest = Math.min(SMALLEST_GRANT, Math.ceil(sizes.shareBytes / 8));
    this.size = sizes.receiveBudget - sizes.streams * sizes.shareBytes;
    this.kept = Math.min(this.size, Math.max(0, sizes.largestCharge - sizes.shareBytes));
    this.account = account;
  }

  /** What is not lent. */
  get free(): number {
    return this.size - this.lent;
  }

  /** Largest loan for throughput of a stream that has `loan` now; never less than that. */
  roomFor(loan: number): number {
    if (this.isClaimed) return loan;
    return Math.max(loan, Math.floor((this.size - this.kept - this.lent + loan) / 2));
  }

  /** Lends all of `bytes` or nothing. `use`: for throughput, or for an item that cannot come without. */
  borrow(bytes: number, use: Exclude<MemoryUse, "begin"> = "need"): "lent" | "refused" {
    if (bytes > this.free || !this.charge(bytes, use)) return "refused";
    this.lent += bytes;
    return "lent";
  }

  /** A loan, or some of it, is back. */
  giveBack(bytes: number): void {
    this.lent -= bytes;
    this.release(bytes);
  }

  /** A stream comes, with its share. */
  enter(): "entered" | "refused" {
    return this.charge(this.share, "begin") ? "entered" : "refused";
  }

  /** A stream that entered is over; its loan is back by now. */
  leave(): void {
    this.release(this.share);
  }

  /** The connection is over: what is still charged goes back to the account, whoever held it. */
  close(): void {
    this.release(this.charged);
  }

  /** Numbers the uses of loans, so that the one unused for longest is known without a clock. */
  stamp(): number {
    this.uses++;
    return this.uses;
  }

  /** As `stamp`, and notes whose use it was. */
  usedBy(user: object): number {
    if (this.lastUser !== user) {
      this.hasChanged ||= this.lastUser !== undefined;
      this.lastUser = user;
    }
    return this.stamp();
  }

  /** It receives no more: who comes after it is not beside it. */
  gone(user: object): void {
    if (this.lastUser === user) this.lastUser = undefined;
  }

  /** Whether somebody else than before has received since the last look. */
  takeChange(): boolean {
    const { hasChanged } = this;
    this.hasChanged = false;
    return hasChanged;
  }

  private charge(bytes: number, use: MemoryUse): boolean {
    if (this.account === undefined) return true;
    if (!this.account.tryCharge(bytes, use)) return false;
    this.charged += bytes;
    return true;
  }

  private release(bytes: number): void {
    if (this.account === undefined || bytes === 0) return;
    this.charged -= bytes;
    this.account.release(bytes);
  }
}
