import { systemClock } from "../clock/system-clock.js";
import { checkBufferOptions, checkDropOptions } from "../kit/buffer-options.js";
import { openBuffer } from "../kit/open-buffer.js";
import type { OverflowPolicy } from "../kit/overflow-policy.js";
import { OverflowSubscriber } from "../kit/overflow-subscriber.js";
import type { BufferOptions, BufferOverflow, DropOptions, WeighedBufferOptions } from "../spec/overflow.js";

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
    const capacity = checkBufferOptions("policy.buffer", options);
    return {
      name: "buffer",
      capacity,
      open: (downstream, place) => openBuffer(downstream, place, options, systemClock),
    };
  },
  drop: (options) => plainPolicy("drop", 0, "dropNewest", options),
  latest: (options) => plainPolicy("latest", 1, "dropOldest", options),
  error: (options) => plainPolicy("error", 0, "error", options),
};

/** What `policy` is. */
export interface PolicyMaker {
  /** Holds up to `capacity` items, then does as `overflow` says. */
  buffer<T>(options: BufferOptions<T> | WeighedBufferOptions<T>): OverflowPolicy<T>;
  /** Drops the item. */
  drop<T>(options?: DropOptions<T>): OverflowPolicy<T>;
  /** Keeps the item in place of the one held before it. */
  latest<T>(options?: DropOptions<T>): OverflowPolicy<T>;
  /** Fails with an `OverflowError`. */
  error<T>(options?: DropOptions<T>): OverflowPolicy<T>;
}

function plainPolicy<T>(
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
