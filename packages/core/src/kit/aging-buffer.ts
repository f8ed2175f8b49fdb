// A buffer whose items grow old, or weigh something, or both.
//
// Old: every item lives equally long, so those that have expired are always the oldest. They are dropped when they
// would be sent, and when room is needed; no timer is needed for either.
//
// Weight: an item that finds no demand is weighed, and fits if both the number of items and the sum of weights stay
// within their bound. One that is heavier than the bound itself is dropped at once, whatever the choice: giving up
// others would make no room for it.

import { Ring } from "../buffer/ring.js";
import type { Clock } from "../spec/clock.js";
import type { BufferOverflow } from "../spec/overflow.js";
import type { AnyBufferOptions } from "./buffer-options.js";
import { checkWeight } from "./check-weight.js";
import { type OfferResult, OverflowEngine } from "./overflow-engine.js";
import type { StageSubscriber } from "./stage-subscriber.js";

interface Held<T> {
  readonly item: T;
  readonly weight: number;
  /** When it came; 0 where nothing expires. */
  readonly at: number;
}

export class AgingBuffer<T> extends OverflowEngine<T> {
  private readonly overflow: BufferOverflow;
  private readonly capacity: number;
  private readonly maxWeight: number;
  private readonly weigh: ((item: T) => number) | undefined;
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
    this.maxWeight = isWeighed ? capacity.weight : Number.POSITIVE_INFINITY;
    this.weigh = options.weigh;
    this.ttlMs = options.ttlMs ?? Number.POSITIVE_INFINITY;
    this.clock = clock;
    this.newer = new Ring(this.capacity);
  }

  protected override get size(): number {
    return this.newer.size + (this.oldest === undefined ? 0 : 1);
  }

  protected override put(item: T): void {
    this.putWeighed(item, 0);
  }

  protected override shift(): T {
    const { item, weight } = this.oldest as Held<T>; // only asked of one that holds something
    this.oldest = this.newer.isEmpty ? undefined : this.newer.shift();
    this.weight = this.oldest === undefined ? 0 : this.weight - weight; // 0: sums of fractions drift
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
    if (weight <= this.maxWeight) this.giveUpExpired();
    if (this.isClosed) return this.refuse(item, "ended"); // by `weigh` or `onDrop`
    if (weight <= this.maxWeight) {
      if (this.fits(weight)) {
        this.putWeighed(item, weight);
        return this.added();
      }
      if (this.overflow === "dropOldest") return this.replace(item, weight);
    }
    this.refuse(item, "overflow");
    if (this.overflow === "error") {
      const { capacity, maxWeight } = this;
      this.failByOverflow(capacity, this.weigh && `${capacity} items or ${maxWeight} of weight`);
    }
    return "dropped";
  }

  protected override sendNext(): void {
    if (this.isExpired()) this.giveUp("expired");
    else super.sendNext();
  }

  private fits(weight: number): boolean {
    return this.size < this.capacity && this.weight + weight <= this.maxWeight;
  }

  /** Gives up as many as it takes, all before anybody is told: `onDrop` may call back. */
  private replace(item: T, weight: number): OfferResult {
    const dropped: T[] = [];
    while (!this.fits(weight)) dropped.push(this.take());
    this.putWeighed(item, weight);
    this.added();
    for (const old of dropped) this.account.drop(old, "overflow");
    return "accepted";
  }

  private putWeighed(item: T, weight: number): void {
    const held: Held<T> = { item, weight, at: this.ttlMs < Number.POSITIVE_INFINITY ? this.clock.now() : 0 };
    this.weight += weight;
    if (this.oldest === undefined) this.oldest = held;
    else this.newer.push(held);
  }

  private giveUpExpired(): void {
    while (!this.isClosed && this.isExpired()) this.giveUp("expired");
  }

  private isExpired(): boolean {
    if (this.oldest === undefined || this.ttlMs === Number.POSITIVE_INFINITY) return false;
    return this.clock.now() - this.oldest.at >= this.ttlMs;
  }
}
