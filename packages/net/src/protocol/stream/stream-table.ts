// id -> stream, the slots of both sides, and tombstones of the recently closed.
//
// A frame may still come for a stream that is closed here, because it crossed our end: CREDIT, CANCEL,
// BLOCKED. How long? A peer that has seen our end sends no more; and a stream opened with a slot that we
// returned after that end was opened after it was seen. So all that can be in flight are the streams of one
// generation of slots, for each side: twice the slots is a bound with room to spare, and what is older than
// that is a broken peer (RFC 9113 §5.1 leaves the time open; we need no clock).

import { CreditGranted } from "../credit/credit-granted.js";
import { CreditSpent } from "../credit/credit-spent.js";
import { isGrantDue } from "../credit/replenish.js";
import type { Stream } from "./stream.js";
import { openerOf, ordinalOf, type Role, streamIdOf } from "./stream-id.js";

/** What is known of an id that names no running stream. */
export type Absent = "never-opened" | "recently-closed" | "long-closed";

/** All streams of a connection. Bound: the slots of both sides, and twice as many tombstones. */
export class StreamTable {
  /** Limit on streams that the peer ever opens: `granted` is told in HELLO and CREDIT. */
  readonly theirSlots: CreditGranted;
  /** Limit on streams that this side ever opens. */
  readonly ourSlots: CreditSpent;
  private readonly role: Role;
  private readonly peerStreams: number;
  private readonly ownStreams: number;
  private readonly streams = new Map<number, Stream>();
  private readonly tombstones = new Set<number>();
  /** Their ids in the order in which they ended, round and round: a Set finds its oldest entry behind all deleted ones. */
  private readonly tombstoneIds: number[] = [];
  private oldestTombstone = 0;
  private readonly tombstoneLimit: number;
  private runningOfOurs = 0;

  /** `theirLimit` is what the peer's HELLO grants us. */
  constructor(
    role: Role,
    slots: { readonly peerStreams: number; readonly ownStreams: number },
    theirLimit: number,
  ) {
    this.role = role;
    this.peerStreams = slots.peerStreams;
    this.ownStreams = slots.ownStreams;
    this.theirSlots = new CreditGranted(slots.peerStreams);
    this.ourSlots = new CreditSpent(theirLimit);
    this.tombstoneLimit = 2 * (slots.peerStreams + slots.ownStreams);
  }

  /** Streams that are not over, of both sides. */
  get size(): number {
    return this.streams.size;
  }

  /** All of them. */
  all(): IterableIterator<Stream> {
    return this.streams.values();
  }

  /** The stream, if it is not over. */
  running(streamId: number): Stream | undefined {
    return this.streams.get(streamId);
  }

  /** The stream, or what is known of the id. */
  find(streamId: number): Stream | Absent {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) return stream;
    const opened = openerOf(streamId) === this.role ? this.ourSlots.sent : this.theirSlots.received;
    if (ordinalOf(streamId) > opened) return "never-opened";
    return this.tombstones.has(streamId) ? "recently-closed" : "long-closed";
  }

  /** The id of the next stream of ours, or what stands in the way. Takes nothing yet. */
  nextId(): number | "no-slot" | "exhausted" {
    const id = streamIdOf(this.role, this.ourSlots.sent + 1);
    if (id === undefined) return "exhausted";
    return this.ourSlots.available > 0 && this.runningOfOurs < this.ownStreams ? id : "no-slot";
  }

  /** Whether the peer may open this id now: its next one, and within its limit. */
  admits(streamId: number): "admitted" | "out-of-order" | "over-limit" {
    if (openerOf(streamId) === this.role || ordinalOf(streamId) !== this.theirSlots.received + 1) {
      return "out-of-order";
    }
    return this.theirSlots.unsent > 0 ? "admitted" : "over-limit";
  }

  /** Books a new stream of either side. */
  add(stream: Stream): void {
    this.streams.set(stream.id, stream);
    if (stream.openedBy === "peer") {
      this.theirSlots.receive(1);
    } else {
      this.ourSlots.spend(1);
      this.runningOfOurs++;
    }
  }

  /**
   * Books a stream of the peer that was opened beyond its limit and is refused (docs/protocol.md §2.5). The limit rises
   * over it and comes back with its slot, so the peer's count and this one stay alike.
   */
  addBeyond(stream: Stream): void {
    this.theirSlots.raise(this.theirSlots.received + 1);
    this.add(stream);
  }

  /** The peer's HELLO came: what it grants, which may be less than what was opened before (docs/protocol.md §2.5). */
  heardLimit(theirLimit: number): void {
    this.ourSlots.granted = theirLimit;
  }

  /** A stream is over: its slot comes free and a tombstone remains. */
  remove(stream: Stream): void {
    this.streams.delete(stream.id);
    if (stream.openedBy === "peer") this.theirSlots.deliver(1);
    else this.runningOfOurs--;
    this.tombstones.add(stream.id);
    const { tombstoneIds, oldestTombstone } = this;
    if (tombstoneIds.length < this.tombstoneLimit) {
      tombstoneIds.push(stream.id);
      return;
    }
    this.tombstones.delete(tombstoneIds[oldestTombstone] as number);
    tombstoneIds[oldestTombstone] = stream.id;
    this.oldestTombstone = (oldestTombstone + 1) % this.tombstoneLimit;
  }

  /** Highest id that the peer has opened; 0: none. */
  lastOfPeer(): number {
    const { received } = this.theirSlots;
    return received === 0 ? 0 : (streamIdOf(this.role === "client" ? "server" : "client", received) ?? 0);
  }

  /** Whether more slots are worth a frame. */
  areSlotsDue(): boolean {
    const { theirSlots, peerStreams } = this;
    return isGrantDue(
      theirSlots.delivered + peerStreams - theirSlots.granted,
      theirSlots.unsent,
      peerStreams,
      1,
    );
  }

  /** Gives back all free slots; the limit that CREDIT states. */
  grantSlots(): number {
    this.theirSlots.raise(this.theirSlots.delivered + this.peerStreams);
    return this.theirSlots.granted;
  }
}
