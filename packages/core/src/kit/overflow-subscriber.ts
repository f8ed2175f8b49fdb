// The plain choices: a ring, and three answers when it is full.
//
//   onBackpressureBuffer   capacity n, error | dropOldest | dropNewest (the item that arrives)
//   onBackpressureLatest   capacity 1, dropOldest
//   onBackpressureDrop     capacity 0, dropNewest
//   onBackpressureError    capacity 0, error

import { Ring } from "../buffer/ring.js";
import type { BufferOverflow, DropOptions } from "../spec/overflow.js";
import { type OfferResult, OverflowEngine } from "./overflow-engine.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Holds what downstream has not asked for yet, up to `capacity`, and does as told with the rest.
 *
 * *Demand:* unbounded upstream. *Buffers:* `capacity` items. *Errors:* after the items held before it; at
 * once when there are none. *Cancel:* passed on; what is held is dropped, reason "ended".
 *
 * @example
 * ```ts
 * import { flowOf, OverflowSubscriber } from "@sluice/core/kit";
 * import { type Operator, range } from "@sluice/core";
 * const newestTwo: Operator<number, number> = (upstream) =>
 *   flowOf(upstream, (down: ConstructorParameters<typeof OverflowSubscriber<number>>[0]) => {
 *     return new OverflowSubscriber(down, "newestTwo", 2, "dropOldest", undefined);
 *   });
 * for await (const n of range(1, 9).pipe(newestTwo).values({ prefetch: 1 })) console.log(n);
 * // prints 1
 * // prints 8
 * // prints 9
 * ```
 */
export class OverflowSubscriber<T> extends OverflowEngine<T> {
  private readonly capacity: number;
  private readonly overflow: BufferOverflow;
  private readonly items: Ring<T>;

  /** @param name of the operator or source, for messages */
  constructor(
    downstream: StageSubscriber<T>,
    name: string,
    capacity: number,
    overflow: BufferOverflow,
    options: DropOptions<T> | undefined,
  ) {
    super(downstream, name, options);
    this.capacity = capacity;
    this.overflow = overflow;
    // One slot even for capacity 0: an item that there is demand for passes through it, and none stays.
    this.items = new Ring(Math.max(1, capacity));
  }

  /** Straight on, where there is demand and nothing before it: by way of the ring it is twice the work. */
  override offer(item: T): OfferResult {
    if (this.isSending || this.openDemand === 0) return super.offer(item);
    this.account.counters.offered++;
    this.send(item);
    if (this.size > 0 || this.isClosed) this.loop.run(); // from within it
    return "accepted";
  }

  protected override get size(): number {
    return this.items.size;
  }

  protected override put(item: T): void {
    this.items.push(item);
  }

  protected override shift(): T {
    return this.items.shift();
  }

  protected override wait(item: T): OfferResult {
    if (this.size < this.capacity) {
      this.put(item);
      return this.added();
    }
    if (this.overflow === "dropOldest") {
      const oldest = this.take();
      this.put(item);
      this.added(); // before `onDrop`, which may call back
      this.account.drop(oldest, "overflow");
      return "accepted";
    }
    this.refuse(item, "overflow");
    if (this.overflow === "error") this.failByOverflow(this.capacity);
    return "dropped";
  }
}
