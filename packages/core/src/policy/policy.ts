import { checkBufferOptions, checkDropOptions } from "../kit/buffer-options.js";
import type { OverflowPolicy } from "../kit/overflow-policy.js";
import { OverflowSubscriber } from "../kit/overflow-subscriber.js";
import type { BufferOptions, BufferOverflow, DropOptions } from "../spec/overflow.js";

/**
 * Makes the policies that sources which cannot be slowed ask for: what happens to an item that comes while there
 * is no demand.
 *
 * The same four as `onBackpressureBuffer`, `onBackpressureDrop`, `onBackpressureLatest` and `onBackpressureError`.
 * Any other choice, such as `onBackpressureShed`, is piped behind `policy.error()`: as it asks for everything, the
 * policy before it never acts.
 *
 * @example
 * ```ts
 * import { fromEvent, policy, take } from "@sluice/core";
 * const target = new EventTarget();
 * const moves = fromEvent(target, "move", policy.latest()).pipe(take(1)).toArray();
 * target.dispatchEvent(new Event("move"));
 * console.log((await moves).length); // prints 1
 * ```
 */
export const policy: PolicyMaker = {
  buffer(options) {
    checkBufferOptions("policy.buffer", options);
    return ringPolicy("buffer", options.capacity, options.overflow, options);
  },
  drop: (options) => ringPolicy("drop", 0, "dropNewest", options),
  latest: (options) => ringPolicy("latest", 1, "dropOldest", options),
  error: (options) => ringPolicy("error", 0, "error", options),
};

/** What `policy` is. */
export interface PolicyMaker {
  /** Holds up to `capacity` items, then does as `overflow` says. */
  buffer<T>(options: BufferOptions<T>): OverflowPolicy<T>;
  /** Drops the item. */
  drop<T>(options?: DropOptions<T>): OverflowPolicy<T>;
  /** Keeps the item in place of the one held before it. */
  latest<T>(options?: DropOptions<T>): OverflowPolicy<T>;
  /** Fails with an `OverflowError`. */
  error<T>(options?: DropOptions<T>): OverflowPolicy<T>;
}

function ringPolicy<T>(
  name: string,
  capacity: number,
  overflow: BufferOverflow,
  options: DropOptions<T> | undefined,
): OverflowPolicy<T> {
  checkDropOptions(`policy.${name}`, options);
  return {
    name,
    capacity,
    open: (downstream, place) => new OverflowSubscriber(downstream, place, capacity, overflow, options),
  };
}
