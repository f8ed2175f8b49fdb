// A buffer that gives up the lowest priority where there is no room, and sends what it holds in the order in which it came.

import { PriorityBuffer } from "../buffer/priority-buffer.js";
import { checkCapacity } from "../buffer/ring.js";
import { describe } from "../spec/describe.js";
import type { ShedOptions } from "../spec/overflow.js";
import { checkDropOptions } from "./buffer-options.js";
import { type OfferResult, OverflowEngine } from "./overflow-engine.js";
import { requireFunction } from "./require-function.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Throws the `RangeError` or `TypeError` of a `place` that cannot shed by `options`; returns how many items it may hold. */
export function checkShedOptions(place: string, options: ShedOptions<never>): number {
  const capacity = checkCapacity(place, options?.capacity, 1);
  requireFunction("shed by priority", options.priority);
  checkDropOptions(place, options);
  return capacity;
}

/** Among equal priorities the oldest is given up; each item takes O(log capacity). */
export class ShedSubscriber<T> extends OverflowEngine<T> {
  private readonly priority: (item: T) => number;
  private readonly items: PriorityBuffer<T>;

  /**
   * @param name of the operator or source, for messages
   * @param options checked by `checkShedOptions`
   */
  constructor(downstream: StageSubscriber<T>, name: string, options: ShedOptions<T>) {
    super(downstream, name, options);
    this.priority = options.priority;
    this.items = new PriorityBuffer(options.capacity);
  }

  protected override get size(): number {
    return this.items.size;
  }

  /** It is as good as sent, and not to be shed. */
  protected override put(item: T): void {
    this.items.push(item, Number.POSITIVE_INFINITY);
  }

  protected override shift(): T {
    return this.items.shift();
  }

  protected override wait(item: T): OfferResult {
    let priority: number;
    try {
      priority = checkPriority(this.priority(item));
    } catch (thrown) {
      return this.failOver(item, thrown, "priority");
    }
    if (this.isClosed) return this.refuse(item, "ended"); // by `priority`
    const { items } = this;
    if (!items.isFull) {
      items.push(item, priority);
      return this.added();
    }
    if (priority < items.lowest) return this.refuse(item, "shed");
    const lowest = items.shiftLowest();
    this.account.counters.held--;
    items.push(item, priority);
    this.added(); // before `onDrop`, which may call back
    this.account.drop(lowest, "shed");
    return "accepted";
  }
}

function checkPriority(priority: number): number {
  if (typeof priority === "number" && !Number.isNaN(priority)) return priority;
  throw new TypeError(`Cannot shed by the priority ${describe(priority)}: it must be a number`);
}
