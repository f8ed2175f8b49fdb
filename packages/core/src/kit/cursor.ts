// One subscriber of a hub: a position in the ring that all share, the demand it has, and what becomes of it when it
// is slow.
//
//   waiting for its subscriber --open--> open --(cancel | its end was signalled)--> done
//
// How far it may fall behind says who holds the ring:
//
//   "wait"         without bound: the ring waits for it; with patience it becomes one of those below
//   "dropOldest"   `capacity` items: moved on by one when the ring is full
//   "latest"       1 item: moved on to the newest
//   "disconnect"   `capacity` items: fails when the ring is full

import type { SharedRing } from "../buffer/shared-ring.js";
import type { Clock } from "../spec/clock.js";
import { addDemand, UNBOUNDED } from "../spec/demand.js";
import { OverflowError } from "../spec/errors.js";
import type { Subscription } from "../spec/publisher.js";
import type { AfterPatience, Reader } from "../spec/reader.js";
import { Alarm } from "./alarm.js";
import { DropAccount } from "./drop-account.js";
import { dropError } from "./dropped.js";
import { NOBODY, signalTerminal, type Terminal } from "./ended.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** What a cursor moves in. */
export interface CursorOwner<T> {
  /** For messages. */
  readonly name: string;
  readonly ring: SharedRing<T>;
  /** What comes when the ring has been read to its tail. */
  readonly end: Terminal | undefined;
  /** How many cursors have no demand; each counts itself. */
  starved: number;
  /** How many are done; each counts itself. */
  gone: number;
  /** The furthest that any has come. */
  front: number;
  /** It may have to do something now. */
  due(cursor: Cursor<T>): void;
}

/** A place in the ring, and the subscription that the subscriber gets. */
export class Cursor<T> implements Subscription {
  /** The next item it takes, or the tail. */
  position: number;
  /** The most items that it may be behind. */
  lag: number = UNBOUNDED;
  downstream: StageSubscriber<T> = NOBODY;
  done = false;
  private readonly owner: CursorOwner<T>;
  private readonly reader: Reader<T>;
  /** Only where somebody looks at it. */
  private readonly account: DropAccount<T> | undefined;
  private readonly alarm: Alarm | undefined;
  private cutsOff = false;
  private isOpen = false;
  private isSending = false;
  /** Totals: what may be sent in all so far, and what used it up. */
  private demand = 0;
  private emitted = 0;
  /** Up to which position items were counted as offered. */
  private counted: number;
  /** Where it stood when it last held up the producer, and since when. */
  private heldUpAt = -1;
  private heldUpSince = 0;
  /** Comes at once, whatever waits. */
  private end: Terminal | undefined = undefined;

  /** @param position where it begins, from head to tail */
  constructor(owner: CursorOwner<T>, reader: Reader<T>, position: number) {
    this.owner = owner;
    this.reader = reader;
    this.position = position;
    this.counted = position;
    const { counters, onDrop, patienceMs, clock } = reader;
    const fail = (error: unknown): void => this.fail(error);
    const isWatched = counters !== undefined || onDrop !== undefined;
    this.account = isWatched ? new DropAccount(reader, fail) : undefined;
    this.alarm =
      patienceMs === undefined ? undefined : new Alarm(clock as Clock, () => this.checkPatience(), fail);
    this.become(reader.slow);
    owner.ring.enter(position);
    owner.starved++;
  }

  /** Whether the ring has to wait for it. */
  get waits(): boolean {
    return this.lag === UNBOUNDED && !this.done;
  }

  open(downstream: StageSubscriber<T>): void {
    this.downstream = downstream;
    downstream.onSubscribe(this);
    this.isOpen = true; // from here on it may be told of an end
    this.owner.due(this);
  }

  request(n: number): void {
    if (this.done) return;
    if (this.emitted === this.demand) this.owner.starved--;
    this.demand = addDemand(this.demand, n);
    if (!this.isSending && this.position < this.owner.ring.tail) this.owner.due(this);
  }

  cancel(): void {
    if (this.done) return;
    this.leave();
    this.owner.due(this); // there may be room now
  }

  /** Takes an item past the ring: there is demand, and nothing waits. */
  take(item: T): void {
    if (this.account !== undefined && !this.done) this.account.counters.offered++;
    this.deliver(item);
  }

  /** Sends what it may, gives up what it must not hold, and tells of the end when that is reached. */
  send(): void {
    const { ring, end } = this.owner;
    this.isSending = true;
    while (this.position < ring.tail && this.emitted < this.demand && this.end === undefined && !this.done) {
      const item = ring.at(this.position);
      this.count();
      this.step(); // before it is sent: who emits from within finds the room
      this.deliver(item);
    }
    this.isSending = false;
    if (this.done) return;
    this.count();
    if (ring.tail - this.position > this.lag) this.skipTo(ring.tail - this.lag);
    const terminal = this.end ?? (this.position === ring.tail ? end : undefined);
    if (terminal === undefined || !this.isOpen || this.done) return;
    const { downstream } = this;
    this.leave();
    signalTerminal(downstream, terminal);
  }

  /** The ring is full and waits for nobody: who stands at its head has to go on. */
  giveWay(): void {
    const { ring } = this.owner;
    if (this.done || this.waits) return; // it came just now, from within an onDrop
    this.count();
    if (this.cutsOff) this.cutOff(`${ring.capacity} items behind`);
    else this.skipTo(this.position + 1);
  }

  /** The producer waits for it. */
  holdUp(): void {
    const { alarm } = this;
    if (alarm === undefined || this.heldUpAt === this.position) return;
    this.heldUpAt = this.position;
    this.heldUpSince = alarm.now();
    // One timer for many items: what it rings for is looked at when it rings.
    if (!alarm.isSet) alarm.set((this.reader as Patient).patienceMs);
  }

  private checkPatience(): void {
    const { patienceMs, otherwise } = this.reader as Patient;
    if (this.heldUpAt !== this.position || this.owner.end !== undefined) return; // nobody waits for it any more
    const left = this.heldUpSince + patienceMs - (this.alarm as Alarm).now();
    if (left > 0) this.alarm?.set(left);
    else if (this.end === undefined) {
      this.become(otherwise);
      if (this.cutsOff) this.cutOff(`that took nothing for ${patienceMs} ms`);
      this.owner.due(this);
    }
  }

  private become(slow: Reader<T>["slow"]): void {
    this.cutsOff = slow === "disconnect";
    if (slow !== "wait") this.lag = slow === "latest" ? 1 : this.owner.ring.capacity;
  }

  private cutOff(late: string): void {
    const { name, ring } = this.owner;
    this.skipTo(ring.tail); // first: it must not hold the ring until it has been told
    if (this.end !== undefined || this.done) return; // nobody has come yet who could be told; or its onDrop cancelled
    const message = `${name} cut off a subscriber ${late}: raise the capacity or choose a policy that drops`;
    this.fail(new OverflowError(message, ring.capacity));
  }

  private fail(error: unknown): void {
    if (this.done || this.end !== undefined) dropError(error);
    else {
      this.end = { kind: "error", error };
      this.owner.due(this);
    }
  }

  private deliver(item: T): void {
    if (this.account !== undefined && !this.done) this.account.counters.delivered++;
    if (this.downstream.next(item) && ++this.emitted === this.demand && !this.done) this.owner.starved++;
  }

  /** What has come is held from here on. */
  private count(): void {
    if (this.account === undefined) return;
    const { counters } = this.account;
    const { tail } = this.owner.ring;
    counters.offered += tail - this.counted;
    counters.held += tail - this.counted;
    this.counted = tail;
  }

  private step(): void {
    const { owner, position } = this;
    const next = position + 1;
    this.position = next;
    if (next > owner.front) owner.front = next;
    if (this.account !== undefined) this.account.counters.held--;
    owner.ring.move(position, next);
  }

  private skipTo(position: number): void {
    const { account } = this;
    const { ring } = this.owner;
    while (this.position < position && !this.done) {
      const item = ring.at(this.position);
      this.step();
      account?.drop(item, "overflow");
    }
  }

  private leave(): void {
    const { account, owner } = this;
    const { ring } = owner;
    this.count();
    this.done = true;
    this.downstream = NOBODY;
    this.alarm?.close();
    if (this.emitted === this.demand) owner.starved--;
    owner.gone++;
    while (account !== undefined && this.position < this.counted) {
      const item = ring.at(this.position);
      this.step();
      account.drop(item, "ended");
    }
    ring.leave(this.position);
  }
}

/** What a reader has that can lose patience; `checkReader` saw to it. */
interface Patient {
  readonly patienceMs: number;
  readonly otherwise: AfterPatience;
}
