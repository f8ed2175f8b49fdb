// The receiver's side of one limit: how far it let the peer go, and what became of that. The same account
// serves items of a stream, bytes of a stream, and streams of the connection.
//
//   0        delivered            received                 granted          position ──►
//   |────────────|───────────────────|────────────────────────|
//    delivered       held                  unsent
//                (here, not taken)   (the peer may still send it)
//
// Totals, never remainders: what the peer knows is `granted`, an absolute position, so a grant can be said
// twice and cannot be lost. Once the peer has ended, unsent credit comes back; what is let go unread too:
//
//   granted = delivered + held + unsent + returned         always, and held = unsent = 0 when all is over
//
// What a DRAINED skips (protocol.md §4.6) counts as received and let go at once: position and limit meet.
//
// That equation is what the conservation test walks (test/protocol/conservation.test.ts).

import { MAX_POSITION } from "../limits.js";

/** Totals of one limit that this side grants. All counts are integers from 0 to 2^53-1. */
export class CreditGranted {
  granted: number;
  received = 0;
  delivered = 0;
  private discarded = 0;
  private ended = false;

  /** `granted`: the limit that the peer knows from the beginning. */
  constructor(granted: number) {
    this.granted = granted;
  }

  /** Arrived and not yet taken or let go: the memory that this account stands for. */
  get held(): number {
    return this.received - this.delivered - this.discarded;
  }

  /** What the peer may still send. */
  get unsent(): number {
    return this.ended ? 0 : this.granted - this.received;
  }

  /** What was granted and not taken or given back: the memory that the peer can fill, filled or not. */
  get committed(): number {
    return this.held + this.unsent;
  }

  /** What was granted and will never be delivered. */
  get returned(): number {
    return this.discarded + (this.ended ? this.granted - this.received : 0);
  }

  /** Books what arrived. An overdraft books nothing: it ends the connection (protocol.md §4.3). */
  receive(count: number): "covered" | "overdraft" {
    if (count > this.granted - this.received) return "overdraft";
    this.received += count;
    return "covered";
  }

  /** The local side took `count` of what is held. */
  deliver(count: number): void {
    this.delivered += count;
  }

  /** Lets what is held go unread, all of it if not said otherwise: the stream was cancelled or failed. */
  discard(count: number = this.held): void {
    this.discarded += count;
  }

  /** The peer goes on at the limit and sends nothing of what is unsent; how much that was. */
  skip(): number {
    const skipped = this.granted - this.received;
    this.received = this.granted;
    this.discarded += skipped;
    return skipped;
  }

  /** Moves the limit up; a lower one changes nothing, since a limit once said stands (protocol.md §4.1). */
  raise(limit: number): void {
    this.granted = Math.max(this.granted, Math.min(limit, MAX_POSITION));
  }

  /** The peer says it has ended at `position`. Another one than what arrived is a leak or a lie (§4.6). */
  end(position: number): "exact" | "mismatch" {
    if (position !== this.received) return "mismatch";
    this.ended = true;
    return "exact";
  }
}
