// The one engine behind all overflow operators and `create`: everything is asked of upstream, which cannot be
// slowed anyhow, and a bounded buffer meets what downstream asks for.
//
//   upstream (unbounded) --> [ buffer: `capacity` items ] --> downstream (as it requests)
//                                  | full
//                                  v
//               error | dropOldest | dropNewest (the item that arrives)
//
//   onBackpressureBuffer   capacity n, any of the three
//   onBackpressureLatest   capacity 1, dropOldest
//   onBackpressureDrop     capacity 0, dropNewest
//   onBackpressureError    capacity 0, error

import { Ring } from "../buffer/ring.js";
import { addDemand, UNBOUNDED } from "../spec/demand.js";
import { OverflowError } from "../spec/errors.js";
import type { BufferOverflow, DropOptions, OverflowCounters } from "../spec/overflow.js";
import type { Subscription } from "../spec/publisher.js";
import { DropAccount } from "./drop-account.js";
import { dropError } from "./dropped.js";
import type { Terminal } from "./ended.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import { SerialLoop } from "./serial-loop.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** What became of an item. */
export type OfferResult = "accepted" | "dropped" | "ended";

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
export class OverflowSubscriber<T> extends OperatorSubscriber<T, T> {
  private readonly name: string;
  private readonly capacity: number;
  private readonly overflow: BufferOverflow;
  private readonly account: DropAccount<T>;
  private readonly counters: OverflowCounters;
  private readonly items: Ring<T>;
  private readonly loop: SerialLoop;
  /** Totals: what may be sent in all so far, and what used it up. */
  private demand = 0;
  private emitted = 0;
  private isSending = false;
  private end: Terminal | undefined = undefined;

  /** @param name of the operator, for messages */
  constructor(
    downstream: StageSubscriber<T>,
    name: string,
    capacity: number,
    overflow: BufferOverflow,
    options: DropOptions<T> | undefined,
  ) {
    super(downstream);
    this.name = name;
    this.capacity = capacity;
    this.overflow = overflow;
    this.account = new DropAccount(options, (error) => this.fail(error));
    this.counters = this.account.counters;
    // One slot even for capacity 0: an item that there is demand for passes through it, and none stays.
    this.items = new Ring(Math.max(1, capacity));
    this.loop = new SerialLoop(() => this.sendHeld());
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(UNBOUNDED);
  }

  next(item: T): boolean {
    this.offer(item);
    return true; // upstream is unbounded: it need not know
  }

  /** Takes an item, or drops one by the policy. */
  offer(item: T): OfferResult {
    const { counters, items } = this;
    counters.offered++;
    if (this.done || this.end !== undefined) {
      this.account.drop(item, "ended");
      return "ended";
    }
    // Where there is demand that neither an item held nor the one being sent will use, `item` may pass even a
    // full buffer.
    if (items.size < this.capacity || (items.isEmpty && this.openDemand > 0)) {
      this.hold(item);
      return "accepted";
    }
    if (this.overflow === "dropOldest") {
      const oldest = items.shift();
      counters.held--;
      this.hold(item); // before `onDrop`, which may call back
      this.account.drop(oldest, "overflow");
      return "accepted";
    }
    this.account.drop(item, "overflow");
    if (this.overflow === "error") this.failByOverflow();
    return "dropped";
  }

  override onError(error: unknown): void {
    if (this.done || this.end !== undefined) dropError(error);
    else this.endAfterItems({ kind: "error", error });
  }

  override onComplete(): void {
    if (!this.done && this.end === undefined) this.endAfterItems({ kind: "complete" });
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.loop.run();
  }

  /** What is requested and not covered by an item held or being sent: how much could be offered without waiting. */
  get openDemand(): number {
    if (this.done || this.end !== undefined) return 0;
    return Math.max(0, this.demand - this.emitted - this.items.size - (this.isSending ? 1 : 0));
  }

  protected override onEnd(): void {
    while (!this.items.isEmpty) {
      const item = this.items.shift();
      this.counters.held--;
      this.account.drop(item, "ended");
    }
  }

  private hold(item: T): void {
    this.items.push(item);
    this.counters.held++;
    this.loop.run();
  }

  /** Upstream is stopped at once; what is held is still sent, then the error. */
  private failByOverflow(): void {
    if (this.done || this.end !== undefined) return; // `onDrop` ended it
    const { name, capacity, upstream } = this;
    const room = capacity === 0 ? "has no buffer" : `holds its capacity of ${capacity} items`;
    const message = `${name} ${room} and there was no demand: slow the producer, raise the capacity or choose a policy that drops`;
    this.endAfterItems({ kind: "error", error: new OverflowError(message, capacity) });
    upstream.cancel();
  }

  private endAfterItems(end: Terminal): void {
    this.end = end;
    this.loop.run();
  }

  private sendHeld(): void {
    const { counters, items } = this;
    while (!this.done && !items.isEmpty && this.emitted < this.demand) {
      const item = items.shift();
      counters.held--;
      counters.delivered++;
      this.isSending = true;
      const used = this.downstream.next(item);
      this.isSending = false;
      if (used) this.emitted++;
    }
    if (this.done || this.end === undefined || !items.isEmpty) return;
    if (this.end.kind === "error") this.endWithError(this.end.error);
    else this.endWithComplete();
  }
}
