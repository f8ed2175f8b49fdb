import { checkCapacity, Ring } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { timeBy } from "../kit/alarm.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { CoDel } from "../kit/codel.js";
import { type OfferResult, OverflowEngine } from "../kit/overflow-engine.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Clock } from "../spec/clock.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { DropOptions } from "../spec/overflow.js";

/** How `onBackpressureCoDel` holds the delay down. */
export interface CoDelOptions<T> extends DropOptions<T> {
  /** The most items held ahead of demand, an integer >= 1: room for the bursts that are to pass. */
  readonly capacity: number;
  /** How long an item may wait when the queue stands, in milliseconds >= 1; default 5 (RFC 8289 §4.3). */
  readonly targetMs?: number | undefined;
  /** How long it has to stand before the first drop, in milliseconds >= 1; default 100 (RFC 8289 §4.3). */
  readonly intervalMs?: number | undefined;
  /** Tells how long items wait; default `systemClock`. */
  readonly clock?: Clock | undefined;
}

/**
 * Holds what a producer that cannot be slowed sends ahead of demand, and drops from it when items wait for too long,
 * not when there are too many (CoDel, RFC 8289): bursts pass, a queue that stands is thinned out.
 *
 * Items are dropped as they are taken, reason "delayed", the oldest first and never the last one. Where more comes than
 * `capacity`, the oldest gives way, reason "overflow". `targetMs` should exceed the time that one item takes
 * downstream, and `intervalMs` be some twenty times as long.
 *
 * *Demand:* unbounded upstream. *Buffers:* `capacity` items. *Errors:* after the items held before it. *Cancel:* passed
 * on; what is held is dropped, reason "ended".
 *
 * @example
 * ```ts
 * import { of, onBackpressureCoDel, OverflowCounters } from "@sluice/core";
 * const counters = new OverflowCounters();
 * const quotes = of("a", "b", "c").pipe(onBackpressureCoDel({ capacity: 1000, counters }));
 * for await (const quote of quotes.values({ prefetch: 1 })) console.log(quote, counters.droppedBy.delayed);
 * // prints a 0
 * // prints b 0
 * // prints c 0
 * ```
 */
export function onBackpressureCoDel<T>(options: CoDelOptions<T>): Operator<T, T> {
  const name = "onBackpressureCoDel";
  const capacity = checkCapacity(name, options?.capacity, 1);
  const targetMs = checkMilliseconds(name, options.targetMs ?? 5, 1);
  const intervalMs = checkMilliseconds(name, options.intervalMs ?? 100, 1);
  const clock = checkClock(name, options.clock ?? systemClock);
  checkDropOptions(name, options);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        new CoDelBuffer(downstream, options, new CoDel(targetMs, intervalMs), clock),
      { name, settings: { capacity } },
    );
}

interface Held<T> {
  readonly item: T;
  /** When it came to wait; `Infinity`: it does not wait, but is as good as sent. */
  readonly at: number;
}

class CoDelBuffer<T> extends OverflowEngine<T> {
  private readonly items: Ring<Held<T>>;
  private readonly law: CoDel;
  private readonly clock: Clock;
  /** When the item came that was taken last. */
  private takenAt = 0;

  constructor(downstream: StageSubscriber<T>, options: CoDelOptions<T>, law: CoDel, clock: Clock) {
    super(downstream, "onBackpressureCoDel", options);
    this.items = new Ring(options.capacity);
    this.law = law;
    this.clock = clock;
  }

  protected override get size(): number {
    return this.items.size;
  }

  protected override put(item: T): void {
    this.items.push({ item, at: UNBOUNDED });
  }

  protected override shift(): T {
    const { item, at } = this.items.shift();
    this.takenAt = at;
    return item;
  }

  protected override wait(item: T): OfferResult {
    const at = this.now();
    if (this.isClosed) return this.refuse(item, "ended"); // by the clock
    const isFull = this.items.isFull;
    const oldest = isFull ? this.take() : item;
    this.items.push({ item, at });
    this.added(); // before `onDrop`, which may call back
    if (isFull) this.account.drop(oldest, "overflow");
    return "accepted";
  }

  /** One dequeue of the RFC: at one moment, until the law lets an item pass. */
  protected override sendNext(): void {
    const now = this.now();
    while (!this.done && this.size > 0) {
      const item = this.take();
      if (!this.law.drops(now - this.takenAt, this.size, now)) {
        this.send(item);
        return;
      }
      this.account.drop(item, "delayed");
    }
  }

  private now(): number {
    return timeBy(this.clock, (error) => this.fail(error));
  }
}
