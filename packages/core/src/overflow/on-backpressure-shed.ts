import { PriorityBuffer } from "../buffer/priority-buffer.js";
import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { type OfferResult, OverflowEngine } from "../kit/overflow-engine.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";
import type { DropOptions } from "../spec/overflow.js";

/** How `onBackpressureShed` chooses what to give up. */
export interface ShedOptions<T> extends DropOptions<T> {
  /** The most items held ahead of demand, an integer >= 1. */
  readonly capacity: number;
  /** The higher, the longer it is kept; any number. Called once for each item that has to wait. */
  readonly priority: (item: T) => number;
}

/**
 * Holds what a producer that cannot be slowed sends ahead of demand, and gives up the lowest priority first when there
 * is no room; items leave in the order in which they came.
 *
 * Among equal priorities the oldest is given up, as it is the most out of date; an item that comes with less than the
 * lowest priority held is dropped itself. Each item takes O(log capacity).
 *
 * *Demand:* unbounded upstream. *Buffers:* `capacity` items. *Errors:* after the items held before it; what `priority`
 * throws at once, and upstream is cancelled. *Cancel:* passed on; what is held is dropped, reason "ended".
 *
 * @example
 * ```ts
 * import { of, onBackpressureShed } from "@sluice/core";
 * const shed = onBackpressureShed<string>({
 *   capacity: 2,
 *   priority: (line) => (line.startsWith("error") ? 1 : 0),
 *   onDrop: (line, reason) => console.log(reason, line),
 * });
 * const lines = of("info 1", "error 2", "info 3", "info 4", "error 5").pipe(shed);
 * for await (const line of lines.values({ prefetch: 1 })) console.log(line);
 * // prints shed info 3
 * // prints shed info 4
 * // prints info 1
 * // prints error 2
 * // prints error 5
 * ```
 */
export function onBackpressureShed<T>(options: ShedOptions<T>): Operator<T, T> {
  const capacity = checkCapacity("onBackpressureShed", options?.capacity, 1);
  requireFunction("shed by priority", options.priority);
  checkDropOptions("onBackpressureShed", options);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new Shed(downstream, options), {
      name: "onBackpressureShed",
      settings: { capacity },
    });
}

class Shed<T> extends OverflowEngine<T> {
  private readonly priority: (item: T) => number;
  private readonly items: PriorityBuffer<T>;

  constructor(downstream: StageSubscriber<T>, options: ShedOptions<T>) {
    super(downstream, "onBackpressureShed", options);
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
