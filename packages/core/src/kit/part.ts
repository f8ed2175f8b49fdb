// One of the streams that window and groupBy part a stream into: holds its items until its one subscriber takes them.
//
//   unread --connect--> read --cancel--> over
//                          \
//   open --finish--> ending, items left --the last one taken--> over
//
// The two run side by side: a part may be full and closed before anybody reads it.

import { Ring } from "../buffer/ring.js";
import { SluiceError } from "../spec/errors.js";
import { dropItem } from "./dropped.js";
import { fail, NOBODY, type Terminal } from "./ended.js";
import { HoldingSubscriber } from "./holding-subscriber.js";
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
  /** The reader of a part has cancelled it. */
  partLeft(): void;
  /** Something has changed in a part: room, its reader's demand, or its end. */
  partChanged(): void;
}

/** A queue of items with one subscriber. Its upstream is its owner, which it asks and cancels by saying what left it. */
export class Part<T> extends HoldingSubscriber<T, T> {
  readonly key: unknown;
  readonly items: Ring<T>;
  isRead = false;
  /** Downstream of the owner has it. */
  isHandedOut = false;
  private readonly owner: PartOwner<T>;
  private end: Terminal | undefined = undefined;

  constructor(owner: PartOwner<T>, key: unknown) {
    super(NOBODY);
    this.owner = owner;
    this.key = key;
    this.items = new Ring(owner.prefetch);
  }

  /** Items may still come. */
  get isOpen(): boolean {
    return this.end === undefined && !this.done;
  }

  /** Its reader has asked for an item, and there is none. */
  get isStarving(): boolean {
    return this.isOpen && this.isRead && this.items.isEmpty && this.emitted < this.demand;
  }

  connect(downstream: StageSubscriber<T>): void {
    if (this.isRead || this.done) {
      fail(downstream, new SluiceError("SUBSCRIBED", "Cannot read a part of a stream twice (§1.11)"));
      return;
    }
    this.owner.partRead(this);
    this.isRead = true;
    this.downstream = downstream;
    downstream.onSubscribe(this);
    this.loop.run();
  }

  next(item: T): boolean {
    this.items.push(item);
    this.loop.run();
    return true;
  }

  /** No more items come: the reader is told when it has taken what is held. */
  finish(end: Terminal): void {
    if (!this.isOpen) return;
    this.end = end;
    this.loop.run();
  }

  override cancel(): void {
    super.cancel();
    this.owner.partLeft();
  }

  protected override onEnd(): void {
    this.owner.partOver(this);
    while (!this.items.isEmpty) {
      this.owner.itemLeft(this);
      dropItem(this.items.shift());
    }
  }

  protected override step(): void {
    const { end, items, owner } = this;
    while (!items.isEmpty && this.emitted < this.demand) {
      owner.itemLeft(this);
      if (this.downstream.next(items.shift())) this.emitted++;
    }
    if (end !== undefined && items.isEmpty && this.isRead && !this.done) {
      if (end.kind === "error") this.endWithError(end.error);
      else this.endWithComplete();
    }
    owner.partChanged();
  }
}
