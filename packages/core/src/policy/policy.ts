import { systemClock } from "../clock/system-clock.js";
import { BatchSubscriber, conflateRules } from "../kit/batch-subscriber.js";
import { type AnyBufferOptions, checkBufferOptions, checkDropOptions } from "../kit/buffer-options.js";
import { checkOptions } from "../kit/check-options.js";
import { openBuffer } from "../kit/open-buffer.js";
import type { OverflowPolicy } from "../kit/overflow-policy.js";
import { OverflowSubscriber } from "../kit/overflow-subscriber.js";
import { checkShedOptions, ShedSubscriber } from "../kit/shed-subscriber.js";
import type {
  BufferOptions,
  BufferOverflow,
  DropOptions,
  ShedOptions,
  WeighedBufferOptions,
} from "../spec/overflow.js";

/**
 * Makes the policies that sources which cannot be slowed ask for: what happens to an item that comes while there
 * is no demand.
 *
 * The same choices as `onBackpressureBuffer`, `onBackpressureDrop`, `onBackpressureLatest`, `onBackpressureError`,
 * `onBackpressureShed` and `conflate`. Any other one, such as `onBackpressureCoDel`, is piped behind `policy.error()`:
 * as it asks for everything, the policy before it never acts.
 *
 * @example
 * ```ts
 * import { fromEvent, policy, take } from "@sluice/core";
 * const target = new EventTarget();
 * const moves = fromEvent(target, "move", policy.latest()).pipe(take(1)).toArray();
 * target.dispatchEvent(new Event("move"));
 * console.log((await moves).length); // prints 1
 * ```
 *
 * @example
 * The answer to a slow consumer may be a value that says how much it missed:
 *
 * ```ts
 * import { fromEvent, policy, take } from "@sluice/core";
 * const target = new EventTarget();
 * const counts = policy.conflate(() => 1, (count: number) => count + 1);
 * const reader = fromEvent(target, "tick", counts).pipe(take(3)).values({ prefetch: 1 });
 * const first = reader.next(); // a second one is asked for when this one is there
 * for (let n = 0; n < 5; n++) target.dispatchEvent(new Event("tick"));
 * console.log((await first).value, (await reader.next()).value, (await reader.next()).value); // prints 1 1 3
 * ```
 */
export const policy: PolicyMaker = {
  buffer<T>(
    first: number | AnyBufferOptions<T>,
    overflow?: BufferOverflow,
    more?: DropOptions<T>,
  ): OverflowPolicy<T> {
    checkOptions("policy.buffer", more);
    const options =
      typeof first === "object" && overflow === undefined
        ? first
        : ({ ...more, capacity: first, overflow } as BufferOptions<T>);
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
  shed(options) {
    const capacity = checkShedOptions("policy.shed", options);
    return {
      name: "shed",
      capacity,
      open: (downstream, place) => new ShedSubscriber(downstream, place, options),
    };
  },
  conflate<T, R>(
    first: (value: never, item: T) => R,
    second?: (value: R, item: T) => R,
  ): OverflowPolicy<T, R> {
    const rules = conflateRules<T, R>("policy.conflate", first as (value: unknown, item: T) => R, second);
    return {
      name: "conflate",
      capacity: 1,
      open: (downstream, place) => new BatchSubscriber(downstream, place, rules),
    };
  },
};

/** What `policy` is. */
export interface PolicyMaker {
  /** Holds up to `capacity` items, then does as `overflow` says. */
  buffer<T>(
    capacity: number,
    overflow: BufferOverflow,
    options?: Omit<BufferOptions<T>, "capacity" | "overflow">,
  ): OverflowPolicy<T>;
  /** The same, with all options by their names. */
  buffer<T>(options: BufferOptions<T> | WeighedBufferOptions<T>): OverflowPolicy<T>;
  /** Drops the item. */
  drop<T>(options?: DropOptions<T>): OverflowPolicy<T>;
  /** Keeps the item in place of the one held before it. */
  latest<T>(options?: DropOptions<T>): OverflowPolicy<T>;
  /** Fails with an `OverflowError`. */
  error<T>(options?: DropOptions<T>): OverflowPolicy<T>;
  /** Holds up to `capacity` items, then gives up the one of the lowest `priority`, the oldest among equals. */
  shed<T>(options: ShedOptions<T>): OverflowPolicy<T>;
  /** Holds one item, which `merge` makes of those that wait. */
  conflate<T>(merge: (waiting: T, item: T) => T): OverflowPolicy<T>;
  /** Holds one value: `seed` makes it of the first item that has to wait, `merge` adds others. */
  conflate<T, R>(seed: (item: T) => R, merge: (value: R, item: T) => R): OverflowPolicy<T, R>;
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
