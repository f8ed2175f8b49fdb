import { checkCapacity } from "../buffer/ring.js";
import type { Operator } from "../flow/flow.js";
import { flowOfFilter } from "../flow/stateful-filter.js";
import { checkChoice } from "../kit/check-choice.js";
import { requireFunction } from "../kit/require-function.js";
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
  checkChoice("distinct", "overflow", overflow, ["error", "forgetOldest"]);
  const makeTest = (): ((item: T) => boolean) => {
    // A Set keeps the order in which keys were added. The iterator stands before the oldest and is kept: a new one
    // would step over the places of all keys forgotten since the Set was last rehashed. Not for ever: while no key is
    // new it does not move, and keeps each table alive that the Set has outgrown.
    const seen = new Set<unknown>();
    let oldest = seen.values();
    let moved = 0;
    return (item) => {
      const id = key === undefined ? item : key(item);
      const isNew = !seen.delete(id);
      if (isNew && seen.size === capacity) {
        if (overflow === "error") {
          const message = `distinct holds its capacity of ${capacity} keys: raise the capacity or choose "forgetOldest"`;
          throw new OverflowError(message, capacity);
        }
        seen.delete(oldest.next().value);
      }
      seen.add(id); // as the newest, also when it was there
      if (!isNew && ++moved > seen.size) {
        moved = 0;
        oldest = seen.values();
      }
      return isNew;
    };
  };
  return (upstream) => flowOfFilter(upstream, "distinct", makeTest, { capacity, overflow });
}
