// The engine behind all hubs, `share` and `publish`: one ring of items, and a cursor in it for each subscriber.
//
//   tryEmit --> [ ring: `capacity` items ] <-- cursors, each with its own demand and its own way to be slow
//           \--> every subscriber at once, where all have demand and none has a backlog: nothing is stored then
//
// Everything that sends runs in one loop. What is emitted, requested or ended from within a callback only leaves a
// note, so signals are serial for each subscriber (§1.3), the stack does not grow (§3.3), and all see one order.

import { SharedRing } from "../buffer/shared-ring.js";
import type { EmitResult, Reader } from "../spec/reader.js";
import { SluiceError } from "../spec/errors.js";
import { Cursor, type CursorOwner } from "./cursor.js";
import { fail, NOBODY, type Terminal } from "./ended.js";
import { SerialLoop } from "./serial-loop.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Who gives the items: is told whenever there may be room, or somebody may have left. */
export interface Feeder {
  moved(): void;
}

/**
 * Sends items to any number of subscribers, each by its own demand.
 *
 * *Buffers:* `capacity` items in all, and a cursor for each subscriber.
 */
export class Multicast<T> implements CursorOwner<T> {
  readonly name: string;
  readonly ring: SharedRing<T>;
  end: Terminal | undefined = undefined;
  /** What an emission is answered without a look at anything else. */
  refusal: "overflow" | "terminated" | undefined = undefined;
  feeder: Feeder | undefined = undefined;
  /** Where a newcomer begins, if not at the tail; for a lone subscriber: its own. */
  private readonly keeper: Cursor<T> | undefined;
  private readonly isForOne: boolean;
  /** Those who are done stay until `compact`. */
  private cursors: Cursor<T>[] = [];
  starved = 0;
  gone = 0;
  front = 0;
  private dueCursor: Cursor<T> | undefined = undefined;
  private isEachDue = false;
  private isSending = false;
  private isMissed = false;
  private isMakingRoom = false;
  private readonly loop: SerialLoop = new SerialLoop(() => this.step());

  /**
   * @param lone how the one subscriber there can be reads; without it there may be many
   * @param last how many items a newcomer is given that came before it
   */
  constructor(name: string, capacity: number, lone?: Reader<T>, last?: number) {
    this.name = name;
    this.ring = new SharedRing(capacity, name);
    this.isForOne = lone !== undefined;
    const reader: Reader<T> | undefined = lone ?? (last === undefined ? undefined : { slow: "dropOldest" });
    this.keeper = reader && this.add(reader, 0);
    if (this.keeper !== undefined && last !== undefined) this.keeper.lag = last;
  }

  /** Cursors that have not left; a keeper that nobody reads with counts. */
  get size(): number {
    return this.cursors.length - this.gone;
  }

  get subscriberCount(): number {
    return this.size - (this.keeper?.done === false && this.keeper.downstream === NOBODY ? 1 : 0);
  }

  /** Nobody is left, and nobody can come. */
  get isCancelled(): boolean {
    return this.isForOne && this.size === 0;
  }

  /** Items that the slowest of those who are waited for has not taken yet. */
  get backlog(): number {
    const { tail } = this.ring;
    let slowest = tail;
    for (const cursor of this.cursors) {
      if (cursor.waits && cursor.position < slowest) slowest = cursor.position;
    }
    return tail - slowest;
  }

  tryEmit(item: T): EmitResult {
    return this.refusal ?? this.accept(item);
  }

  /** As `tryEmit`, for what waited until it may come. */
  accept(item: T): EmitResult {
    if (this.size === 0) return this.isCancelled ? "cancelled" : "noSubscriber";
    const { ring } = this;
    if (this.starved === 0 && ring.head === ring.tail && !this.isSending) {
      this.sendToAll(item);
      return "ok";
    }
    if (!this.hasRoom()) return "overflow";
    ring.push(item);
    this.eachDue();
    return "ok";
  }

  /** Whether another item can be taken; who is not waited for makes room for it. */
  hasRoom(): boolean {
    const { ring } = this;
    if (this.isMakingRoom) return false; // an onDrop that emits: not on top of itself
    if (!ring.isFull) return true;
    this.isMakingRoom = true;
    if (!this.isHeldUp(ring.head)) this.makeRoom();
    this.isMakingRoom = false;
    return !ring.isFull; // still full: somebody joined from within an onDrop, and is waited for
  }

  /** Whether the producer has to wait for somebody who stands at `position`: whose patience is tried by that. */
  isHeldUp(position: number): boolean {
    let isHeldUp = false;
    for (const cursor of this.cursors) {
      if (!cursor.waits || cursor.position !== position) continue;
      cursor.holdUp(); // may call a clock, and end it by that
      if (cursor.waits) isHeldUp = true;
    }
    return isHeldUp;
  }

  /** No item will come any more; each subscriber is told when it has what waits for it. */
  finish(end: Terminal): void {
    this.refusal = "terminated";
    this.end = end;
    this.eachDue();
  }

  /** @param position where it begins, from the ring's head to its tail */
  join(downstream: StageSubscriber<T>, reader: Reader<T>, position?: number): void {
    const { isForOne, keeper, name } = this;
    if (isForOne && (keeper?.done || keeper?.downstream !== NOBODY)) {
      const message = `Cannot subscribe to ${name} twice: it serves one subscriber (§1.11); broadcast serves many`;
      fail(downstream, new SluiceError("SUBSCRIBED", message));
      return;
    }
    const own = isForOne ? keeper : undefined;
    const first = keeper && Math.max(keeper.position, this.ring.tail - keeper.lag); // it may not have been moved on yet
    (own ?? this.add(reader, position ?? first ?? this.ring.tail)).open(downstream);
  }

  due(cursor: Cursor<T>): void {
    if (this.dueCursor === undefined) this.dueCursor = cursor;
    else if (this.dueCursor !== cursor) this.isEachDue = true;
    this.wake();
  }

  private add(reader: Reader<T>, position: number): Cursor<T> {
    const cursor = new Cursor(this, reader, position);
    this.cursors.push(cursor);
    return cursor;
  }

  private eachDue(): void {
    this.isEachDue = true;
    this.wake();
  }

  private wake(): void {
    if (this.isSending) this.isMissed = true;
    else this.loop.run();
  }

  /** All have demand and are up to date: a loop with nothing in it but the calls. */
  private sendToAll(item: T): void {
    const { cursors } = this;
    const { length } = cursors; // who joins from within has not asked for this one
    this.isSending = true;
    for (let i = 0; i < length; i++) (cursors[i] as Cursor<T>).take(item);
    this.endSending();
  }

  private step(): void {
    // Those who left are forgotten when they are half of all, so leaving costs the same for any number.
    if (this.gone * 2 >= this.cursors.length) {
      this.cursors = this.cursors.filter((cursor) => !cursor.done);
      this.gone = 0;
    }
    const { cursors, dueCursor } = this;
    const { length } = cursors;
    this.isSending = true;
    this.dueCursor = undefined;
    if (this.isEachDue) {
      this.isEachDue = false;
      for (let i = 0; i < length; i++) (cursors[i] as Cursor<T>).send();
    } else dueCursor?.send();
    this.endSending();
    // Room that is being made is for the item that comes: else it would be given away twice.
    if (!this.isMakingRoom) this.feeder?.moved();
  }

  private endSending(): void {
    this.isSending = false;
    if (!this.isMissed) return;
    this.isMissed = false;
    this.loop.run();
  }

  /** Nobody who is waited for stands at the head: who does loses his place. */
  private makeRoom(): void {
    const { head } = this.ring; // as it is now: it moves on with the last of them
    for (const cursor of this.cursors) if (cursor.position === head) cursor.giveWay();
  }
}
