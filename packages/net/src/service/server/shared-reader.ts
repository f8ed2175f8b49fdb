// One remote subscriber of what is encoded once: its place in the ring, its own credit, and what becomes of it when it is
// slow.
//
//   reading ──(source ended, all sent)──► over
//      └──(it left | cut off | an item that its peer never takes)──► over
//
//   offered = delivered + dropped (overflow, latest, left) + held       at any time, in items

import { OverflowError } from "@sluice/core";
import type { AfterPatience } from "@sluice/core";
import type { Terminal } from "@sluice/core/kit";
import type { Turn } from "../../protocol/session/session-api.js";
import type { Connection } from "../connection/connection.js";
import { itemTooLarge } from "../connection/lone-item.js";
import type { OutgoingOwner } from "../connection/outgoing-flow.js";
import type { RingEntry } from "./encoded-ring.js";

/** What becomes of a subscriber that is slower than the source; as for the subscribers of core's `publish`. */
export interface SlowReader {
  readonly slow: "wait" | AfterPatience;
  readonly patienceMs: number;
  readonly otherwise: AfterPatience;
}

/** The ring and its source, as one reader sees them. */
export interface ReadRing {
  /** How the source ended; undefined: it has not. */
  readonly end: Terminal | undefined;
  readonly limits: { readonly capacity: number };
  /** Encodes what has come from the source since. */
  flush(): void;
  /** Cuts a batch in two, behind its first `count` items. */
  split(entry: RingEntry, count: number): void;
  /** The reader is behind this batch; the next one. */
  pass(entry: RingEntry): RingEntry | undefined;
  left(reader: SharedReader): void;
  /** Runs `task` outside of all turns. */
  later(task: () => void): void;
}

/** Why a subscriber did not get items. */
export interface SharedDrops {
  /** It was too slow: `"dropOldest"`, or cut off by `"disconnect"`. */
  overflow: number;
  /** Something newer came: `"latest"`. */
  latest: number;
  /** They waited for it when it left or failed. */
  left: number;
}

/** What was offered to subscribers and what became of it, in items. */
export interface SharedCounts {
  offered: number;
  delivered: number;
  dropped: SharedDrops;
}

/** A place in the ring. *Buffers:* nothing of its own. */
export class SharedReader {
  readonly counts: SharedCounts = noCounts();
  /** The batch before it; undefined at the tail. */
  next: RingEntry | undefined = undefined;
  slow: SlowReader["slow"];
  private readonly run: ReadRing;
  private readonly owner: OutgoingOwner;
  private readonly rules: SlowReader;
  private isOffered = false;
  private isOver = false;
  /** Of `next` only the last item is wanted. */
  private wantsLast = false;
  /** Where it stood when it last held up the source, and since when. */
  private heldUpAt: RingEntry | undefined = undefined;
  private heldUpSince = 0;

  constructor(run: ReadRing, owner: OutgoingOwner, rules: SlowReader) {
    this.run = run;
    this.owner = owner;
    this.rules = rules;
    this.slow = rules.slow;
  }

  get produced(): number {
    return this.counts.delivered;
  }

  /** Items that wait for it. */
  get held(): number {
    const { offered, delivered, dropped } = this.counts;
    return offered - delivered - dropped.overflow - dropped.latest - dropped.left;
  }

  onTurn(turn: Turn): "more" | "idle" {
    this.run.flush();
    const answer = this.isOver ? "idle" : this.send(turn);
    this.isOffered = answer === "more";
    return answer;
  }

  /** There is something to send or to end, or credit for it. */
  offer(): void {
    const { connection, streamId } = this.owner;
    if (this.isOffered || this.isOver || connection === undefined) return;
    this.isOffered = true;
    connection.session.offer(streamId);
    connection.wake();
  }

  /** It leaves: cancelled, failed, its connection lost. */
  stop(): void {
    if (this.isOver) return;
    this.leave("left");
  }

  /** A batch came. */
  appended(entry: RingEntry): void {
    this.counts.offered += entry.items.count;
    if (this.next === undefined) {
      this.next = entry;
      this.wantsLast = false;
      return;
    }
    if (this.slow !== "latest") return;
    while (this.next !== undefined && this.next !== entry) this.skip("latest");
    this.wantsLast = true;
  }

  /** The ring is too full, and it stands at the head of it. */
  giveWay(): void {
    if (this.slow === "disconnect") this.cutOff("that fell behind by all that is held for it");
    else this.skip("overflow");
  }

  /** The source waits for it. Answers how long it may still, in milliseconds; 0: no longer, it has changed. */
  holdUp(now: number): number {
    if (this.heldUpAt !== this.next) {
      this.heldUpAt = this.next;
      this.heldUpSince = now;
    }
    const { patienceMs, otherwise } = this.rules;
    const left = this.heldUpSince + patienceMs - now;
    if (left > 0) return left;
    this.slow = otherwise;
    if (otherwise === "disconnect") this.cutOff(`that took nothing for ${patienceMs} ms`);
    return 0;
  }

  /** Sends one batch, or as much of it as is covered. */
  private send(turn: Turn): "more" | "idle" {
    const { run, owner } = this;
    // A turn comes from a connection.
    const connection = owner.connection as Connection;
    for (let entry = this.next; entry !== undefined; entry = this.next) {
      if (this.wantsLast) {
        this.takeLast(entry);
        continue;
      }
      const { count } = entry.items;
      if (count > turn.items) {
        run.split(entry, count >> 1);
        continue;
      }
      const result = connection.session.sendShared(owner.streamId, entry.items);
      switch (result) {
        case "sent":
          this.counts.delivered += count;
          this.pass(entry);
          return this.afterSending();
        case "message-full":
          return "more";
        case "over-credit":
          // "more" without having sent: the session gives the next turn when there is more credit.
          if (count === 1 || comesSoon(turn, connection)) return "more";
          break;
        case "too-large":
          if (count === 1) {
            this.leave("left");
            owner.onUnsendable(itemTooLarge(connection, entry.items.bytes));
            return "idle";
          }
          break;
        case "ended":
          this.leave("left");
          return "idle";
        default:
          result satisfies never;
      }
      run.split(entry, count >> 1);
    }
    this.settle();
    return "idle";
  }

  private afterSending(): "more" | "idle" {
    if (this.next !== undefined) return "more";
    this.settle();
    return "idle";
  }

  /** Ends the stream when the source has, and it has everything. */
  private settle(): void {
    const { end } = this.run;
    if (end === undefined || this.isOver) return;
    this.leave("left");
    this.owner.onSourceEnd(end);
  }

  private takeLast(entry: RingEntry): void {
    const { count } = entry.items;
    this.wantsLast = false;
    if (count === 1) return;
    this.run.split(entry, count - 1);
    this.skip("latest");
  }

  /** It fails with OVERFLOW; `late` says how slow it is. */
  cutOff(late: string): void {
    const { capacity } = this.run.limits;
    this.leave("overflow");
    const message = `Cannot wait for a subscriber ${late}: the capacity is ${capacity} items; take items faster, raise the capacity, or choose a policy that drops`;
    // Later: this may be the turn of another stream, in which nothing else may be said to a session.
    this.run.later(() =>
      this.owner.onSourceEnd({ kind: "error", error: new OverflowError(message, capacity) }),
    );
  }

  private leave(why: keyof SharedDrops): void {
    this.isOver = true;
    while (this.next !== undefined) this.skip(why);
    this.run.left(this);
  }

  private skip(why: keyof SharedDrops): void {
    const entry = this.next;
    if (entry === undefined) return;
    this.counts.dropped[why] += entry.items.count;
    this.pass(entry);
  }

  private pass(entry: RingEntry): void {
    this.next = this.run.pass(entry);
  }
}

/**
 * Whether there will be more byte credit without anything being sent: who has taken what came grants again when half of
 * the window is free, and no window is smaller than the share. So a batch need not be cut for what is left of it.
 */
function comesSoon({ bytes }: Turn, { peer }: Connection): boolean {
  return 2 * bytes < (peer?.shareBytes ?? 0);
}

/** Nothing yet. */
export function noCounts(): SharedCounts {
  return { offered: 0, delivered: 0, dropped: { overflow: 0, latest: 0, left: 0 } };
}
