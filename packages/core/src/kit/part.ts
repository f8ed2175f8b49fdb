// One of the streams that window and groupBy part a stream into: holds its items until its one subscriber takes them.
//
//   unread --connect--> read --cancel--> over
//                          \
//   open --finish--> ending, items left --the last one taken--> over
//
// The two run side by side: a part may be full and closed before anybody reads it.

import { Ring } from "../buffer/ring.js";
import { addDemand } from "../spec/demand.js";
import { SluiceError } from "../spec/errors.js";
import type { Subscription } from "../spec/publisher.js";
import { dropItem } from "./dropped.js";
import { fail, NOBODY, signalTerminal, type Terminal } from "./ended.js";
import { SerialLoop } from "./serial-loop.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Who fills the parts, and counts what all of them hold. */
export interface PartOwner<T> {
  readonly prefetch: number;
  /** An item has left `part`: taken, or dropped. */
  itemLeft(part: Part<T>): void;
  /** `part` has got its subscriber. */
  partRead(part: Part<T>): void;
  /** `part` is not to be filled any more. */
  partOver(part: Part<T>): void;
  /** Something has changed in a part: room, its reader's demand, or its end. */
  partChanged(): void;
}

/** A queue of items with one subscriber. */
export class Part<T> implements Subscription {
  readonly key: unknown;
  readonly items: Ring<T>;
  isRead = false;
  /** Downstream of the owner has it. */
  isHandedOut = false;
  /** Nobody is to be signalled, and nothing held, any more. */
  isOver = false;
  private readonly owner: PartOwner<T>;
  private readonly loop: SerialLoop;
  private downstream: StageSubscriber<T> = NOBODY;
  private end: Terminal | undefined = undefined;
  private demand = 0;
  private emitted = 0;

  constructor(owner: PartOwner<T>, key: unknown) {
    this.owner = owner;
    this.key = key;
    this.items = new Ring(owner.prefetch);
    this.loop = new SerialLoop(() => this.sendHeld());
  }

  /** Items may still come. */
  get isOpen(): boolean {
    return this.end === undefined && !this.isOver;
  }

  /** Its reader has asked for an item, and there is none. */
  get isStarving(): boolean {
    return this.isOpen && this.isRead && this.items.isEmpty && this.emitted < this.demand;
  }

  connect(downstream: StageSubscriber<T>): void {
    if (this.isRead || this.isOver) {
      fail(downstream, new SluiceError("SUBSCRIBED", "Cannot read a part of a stream twice (§1.11)"));
      return;
    }
    this.owner.partRead(this);
    this.isRead = true;
    this.downstream = downstream;
    downstream.onSubscribe(this);
    this.loop.run();
  }

  put(item: T): void {
    this.items.push(item);
    this.loop.run();
  }

  /** No more items come: the reader is told when it has taken what is held. */
  finish(end: Terminal): void {
    if (!this.isOpen) return;
    this.end = end;
    this.loop.run();
  }

  request(n: number): void {
    if (this.isOver) return;
    this.demand = addDemand(this.demand, n);
    this.loop.run();
  }

  cancel(): void {
    if (this.isOver) return;
    this.leave();
    while (!this.items.isEmpty) {
      this.owner.itemLeft(this);
      dropItem(this.items.shift());
    }
    this.owner.partChanged();
  }

  private sendHeld(): void {
    const { items, owner } = this;
    while (!items.isEmpty && this.emitted < this.demand && !this.isOver) {
      owner.itemLeft(this);
      if (this.downstream.next(items.shift())) this.emitted++;
    }
    if (this.end !== undefined && items.isEmpty && this.isRead && !this.isOver) {
      signalTerminal(this.leave(), this.end);
    }
    owner.partChanged();
  }

  private leave(): StageSubscriber<T> {
    const { downstream } = this;
    this.isOver = true;
    this.downstream = NOBODY;
    this.owner.partOver(this);
    return downstream;
  }
}
