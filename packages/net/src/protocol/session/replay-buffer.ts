// What was sent and is not yet known to have arrived, for as long as a session can be resumed: whole messages,
// by reference, each with the number of the last frame in it that would be sent again (protocol.md §10).
//
//   acknowledged                                    written into messages
//   ──────|────────────|────────────|───────────────|
//          message      message      message            kept, oldest first
//
// Bounds. `limit` bytes, then the buffer is full: the session sends no ITEMS and no OPEN, which is one more
// credit. One message may go beyond it, and what ends streams: those are bounded by the slots, which are not
// given back while it is full. A peer that acknowledges nothing and still makes us say more finds at
// `hardLimit` that its session cannot be resumed any more, and nothing is kept from there on.
//
// What a message of several parts holds by reference is at most twice what it is charged (byte/message.ts).

import { type Message, messageLength } from "../byte/message.js";

/** Messages not yet acknowledged. */
export class ReplayBuffer {
  /** What is held, as it is charged. */
  bytes = 0;
  /** Number of the last frame that the peer is known to have. */
  acknowledged = 0;
  private readonly limit: number;
  private hardLimit = Number.POSITIVE_INFINITY;
  private keeping: boolean;
  private kept: Kept[] = [];
  private head = 0;

  /** `limit`: bytes (replayBytes); 0 keeps nothing. */
  constructor(limit: number) {
    this.limit = limit;
    this.keeping = limit > 0;
  }

  /** Whether what is sent can be sent again. Once it is not, it never is. */
  get isKeeping(): boolean {
    return this.keeping;
  }

  /** Whether no items and no OPEN may go; `more`: bytes that will be kept besides. */
  isFull(more = 0): boolean {
    return this.keeping && this.bytes + more >= this.limit;
  }

  /** Where a peer that acknowledges nothing is given up, bytes beyond the limit. */
  allowBeyond(bytes: number): void {
    this.hardLimit = this.limit + bytes;
  }

  /** Takes over a message that goes: its numbered frames are those from `first` to `last`. */
  keep(message: Message, first: number, last: number): void {
    if (!this.keeping) return;
    const charge = chargeOf(messageLength(message));
    this.kept.push({ message, charge, first, last });
    this.bytes += charge;
    if (this.bytes > this.hardLimit) this.turnOff();
  }

  /** The peer has all frames up to this number; answers how many bytes that freed. */
  acknowledge(number: number): number {
    if (number <= this.acknowledged) return 0;
    this.acknowledged = number;
    const before = this.bytes;
    for (let first = this.kept[this.head]; first !== undefined && first.last <= number; ) {
      this.bytes -= first.charge;
      this.head++;
      first = this.kept[this.head];
    }
    // The holes in front are closed when they are the larger part: each entry is moved once or so.
    if (this.head * 2 > this.kept.length) {
      this.kept.splice(0, this.head);
      this.head = 0;
    }
    return before - this.bytes;
  }

  /** Whether all that comes after this number is still here. */
  reachesBackTo(number: number): boolean {
    return this.keeping && number >= this.acknowledged;
  }

  /** The oldest message with a frame beyond this number; undefined: none. */
  messageAfter(number: number): Kept | undefined {
    for (let i = this.head; i < this.kept.length; i++) {
      const entry = this.kept[i] as Kept; // i is in range
      if (entry.last > number) return entry;
    }
    return undefined;
  }

  /** Lets everything go, and keeps nothing from here on: the session cannot be resumed, or is over. */
  turnOff(): void {
    this.keeping = false;
    this.kept = [];
    this.head = 0;
    this.bytes = 0;
  }
}

/** A message, and the numbers of the first and last frame in it that would be sent again. */
export interface Kept {
  readonly message: Message;
  readonly charge: number;
  readonly first: number;
  readonly last: number;
}

/**
 * What a message of so many bytes is charged, by who keeps it and by who counts when to acknowledge. So that
 * a message of three bytes is not held for three: its objects cost some 200, and the room that the writer
 * leaves in front of it 1,024.
 */
export function chargeOf(length: number): number {
  return length + MESSAGE_COST;
}

const MESSAGE_COST = 1280;
