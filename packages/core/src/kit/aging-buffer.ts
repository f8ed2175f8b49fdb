// A buffer whose items grow old, or weigh something, or both.
//
// Old: every item lives equally long, so those that have expired are always the oldest. They are dropped when they
// would be sent, and when room is needed; no timer is needed for either.
//
// Weight: an item that finds no demand is weighed, and fits if both the number of items and the sum of weights stay
// within their bound. One that is heavier than the bound itself is dropped at once, whatever the choice: giving up
// others would make no room for it. With a memory account the weight is charged there as well, all or nothing, and
// given back as soon as the item is sent or dropped: charged = the sum of weights, after each step.

import { Ring } from "../buffer/ring.js";
import type { Clock } from "../spec/clock.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { MemoryAccount } from "../spec/memory-account.js";
import type { BufferOverflow } from "../spec/overflow.js";
import { timeBy } from "./alarm.js";
import type { AnyBufferOptions } from "./buffer-options.js";
import { checkWeight } from "./check-weight.js";
import { asError, dropError } from "./dropped.js";
import { type OfferResult, OverflowEngine } from "./overflow-engine.js";
import type { StageSubscriber } from "./stage-subscriber.js";

interface Held<T> {
  readonly item: T;
  readonly weight: number;
  /** When it came to wait; `Infinity`: it does not wait, but is as good as sent. */
  readonly at: number;
}

export class AgingBuffer<T> extends OverflowEngine<T> {
  private readonly overflow: BufferOverflow;
  private readonly capacity: number;
  private readonly maxWeight: number;
  private readonly weigh: ((item: T) => number) | undefined;
  private readonly memory: MemoryAccount | undefined;
  private readonly ttlMs: number;
  private readonly clock: Clock;
  /** The oldest stands before the ring: it is looked at before it is taken. */
  private oldest: Held<T> | undefined = undefined;
  private readonly newer: Ring<Held<T>>;
  /** Of all that is held. */
  private weight = 0;

  constructor(downstream: StageSubscriber<T>, name: string, options: AnyBufferOptions<T>, clock: Clock) {
    super(downstream, name, options);
    const { capacity } = options;
    const isWeighed = typeof capacity === "object";
    this.overflow = options.overflow;
    this.capacity = isWeighed ? capacity.items : capacity;
    this.maxWeight = isWeighed ? capacity.weight : UNBOUNDED;
    this.weigh = options.weigh;
    this.memory = options.memory;
    this.ttlMs = options.ttlMs ?? UNBOUNDED;
    this.clock = clock;
    this.newer = new Ring(this.capacity);
  }

  protected override get size(): number {
    return this.newer.size + (this.oldest === undefined ? 0 : 1);
  }

  protected override put(item: T): void {
    this.hold(item, 0, UNBOUNDED);
  }

  protected override shift(): T {
    const { item, weight } = this.oldest as Held<T>; // only asked of one that holds something
    this.oldest = this.newer.isEmpty ? undefined : this.newer.shift();
    this.weight = this.oldest === undefined ? 0 : this.weight - weight; // 0: sums of fractions drift
    this.release(weight);
    return item;
  }

  protected override wait(item: T): OfferResult {
    let weight = 0;
    if (this.weigh !== undefined) {
      try {
        weight = checkWeight(this.weigh(item));
      } catch (thrown) {
        return this.failOver(item, thrown, "weigh");
      }
    }
    const now = this.now();
    if (this.isClosed) return this.refuse(item, "ended"); // by `weigh` or the clock
    if (this.isExpired(now) || !this.admit(weight)) return this.makeRoom(item, weight, now);
    this.hold(item, weight, now);
    return this.added();
  }

  /** All that goes is taken before anybody is told: `onDrop` may call back, and what it offers comes after `item`. */
  private makeRoom(item: T, weight: number, now: number): OfferResult {
    const expired: T[] = [];
    const older: T[] = [];
    let isAccepted = false;
    if (weight <= this.maxWeight) {
      while (this.isExpired(now)) expired.push(this.take());
      isAccepted = this.admit(weight);
      while (this.overflow === "dropOldest" && !isAccepted && this.size > 0) {
        older.push(this.take());
        isAccepted = this.admit(weight);
      }
    }
    if (isAccepted) {
      this.hold(item, weight, now);
      this.added();
    }
    for (const gone of expired) this.account.drop(gone, "expired");
    for (const gone of older) this.account.drop(gone, "overflow");
    if (isAccepted) return "accepted";
    if (this.isClosed) return this.refuse(item, "ended"); // by `onDrop`
    this.refuse(item, "overflow");
    if (this.overflow === "error") {
      const { capacity, maxWeight } = this;
      this.failByOverflow(capacity, this.weigh && `${capacity} items or ${maxWeight} of weight`);
    }
    return "dropped";
  }

  protected override sendNext(): void {
    if (this.isExpired(this.now())) this.giveUp("expired");
    else if (!this.done) super.sendNext(); // else the clock threw
  }

  private fits(weight: number): boolean {
    return this.size < this.capacity && this.weight + weight <= this.maxWeight;
  }

  /** Whether there is room for `weight`, here and in the account, which then has been charged. */
  private admit(weight: number): boolean {
    const { memory } = this;
    if (this.isClosed || !this.fits(weight)) return false;
    if (memory === undefined || weight === 0) return true;
    try {
      return memory.tryCharge(weight);
    } catch (thrown) {
      this.fail(asError(thrown, "memory.tryCharge"));
      return false;
    }
  }

  private release(weight: number): void {
    if (this.memory === undefined || weight === 0) return;
    try {
      this.memory.release(weight);
    } catch (thrown) {
      dropError(asError(thrown, "memory.release")); // an item is on its way: it must not be overtaken by an end
    }
  }

  private hold(item: T, weight: number, at: number): void {
    const held: Held<T> = { item, weight, at };
    this.weight += weight;
    if (this.oldest === undefined) this.oldest = held;
    else this.newer.push(held);
  }

  /** Not asked where nothing expires. */
  private now(): number {
    return this.ttlMs < UNBOUNDED ? timeBy(this.clock, (error) => this.fail(error)) : 0;
  }

  private isExpired(now: number): boolean {
    return this.oldest !== undefined && now - this.oldest.at >= this.ttlMs;
  }
}
