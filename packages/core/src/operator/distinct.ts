import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";
import { OverflowError } from "../spec/errors.js";

/** How `distinct` tells items apart, and how many it remembers. */
export interface DistinctOptions<T> {
  /** The most keys remembered, an integer >= 1. */
  readonly capacity: number;
  /**
   * What happens when there is one more: `"error"` fails with an `OverflowError`; `"forgetOldest"` forgets the
   * key that has not come for longest, whose next item then passes again.
   */
  readonly overflow: "error" | "forgetOldest";
  /** What makes items the same; default: the item itself. Keys are compared as a `Set` does it. */
  readonly key?: ((item: T) => unknown) | undefined;
}

/**
 * Sends only items whose key has not come before.
 *
 * *Demand:* n, and one more for each item dropped. *Buffers:* no item; `capacity` keys. *Errors:* what `key` throws,
 * or one key too many, ends the stream and cancels upstream. *Cancel:* passed on; forgets the keys.
 *
 * @example
 * ```ts
 * import { distinct, of } from "@sluice/core";
 * const once = of(1, 2, 1, 3).pipe(distinct({ capacity: 1000, overflow: "forgetOldest" }));
 * console.log(await once.toArray()); // prints [ 1, 2, 3 ]
 * ```
 */
export function distinct<T>(options: DistinctOptions<T>): Operator<T, T> {
  const capacity = checkCapacity("distinct", options?.capacity, 1);
  const { overflow, key } = options;
  if (key !== undefined) requireFunction("distinct", key);
  if (overflow !== "error" && overflow !== "forgetOldest") {
    throw new TypeError(
      `Cannot give distinct the overflow ${describe(overflow)}: choose "error" or "forgetOldest"`,
    );
  }
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) => new Distinct(downstream, capacity, overflow === "error", key),
      { name: "distinct", settings: { capacity, overflow } },
    );
}

class Distinct<T> extends OperatorSubscriber<T, T> {
  private readonly capacity: number;
  private readonly isStrict: boolean;
  private readonly key: ((item: T) => unknown) | undefined;
  /** A Set keeps the order in which keys were added: the oldest is the first. */
  private readonly seen = new Set<unknown>();
  /**
   * Stands before the oldest key. Kept, because a new one would step over the places of all keys forgotten since
   * the Set was last rehashed.
   */
  private readonly oldest: Iterator<unknown>;

  constructor(
    downstream: StageSubscriber<T>,
    capacity: number,
    isStrict: boolean,
    key: ((item: T) => unknown) | undefined,
  ) {
    super(downstream);
    this.capacity = capacity;
    this.isStrict = isStrict;
    this.key = key;
    this.oldest = this.seen.values();
  }

  next(item: T): boolean {
    if (this.done) return false;
    let key: unknown = item;
    if (this.key !== undefined) {
      try {
        key = this.key(item);
      } catch (thrown) {
        this.fail(asError(thrown, "distinct"));
        return false;
      }
      if (this.done) return false; // `key` cancelled
    }
    const { seen } = this;
    const isNew = !seen.delete(key);
    if (isNew && seen.size === this.capacity) {
      if (this.isStrict) {
        this.fail(this.overflowError());
        return false;
      }
      seen.delete(this.oldest.next().value);
    }
    seen.add(key); // as the newest, also when it was there
    return isNew && this.downstream.next(item);
  }

  protected override onEnd(): void {
    this.seen.clear();
  }

  private overflowError(): OverflowError {
    const message = `distinct has seen its capacity of ${this.capacity} keys: raise the capacity or choose "forgetOldest"`;
    return new OverflowError(message, this.capacity);
  }
}
