import { systemClock } from "../clock/system-clock.js";
import { checkCapacity } from "../buffer/ring.js";
import { Hub } from "../flow/hub.js";
import { checkReader } from "../kit/check-reader.js";
import { Multicast } from "../kit/multicast.js";
import type { HubOptions } from "./broadcast.js";

/** What `replay` takes. */
export type ReplayOptions<T> = HubOptions<T> & {
  /** How many of the items that came before it a new subscriber is given, an integer from 1 to `capacity`. */
  readonly last: number;
};

/**
 * Makes a hub that gives each new subscriber the last items first, then what comes.
 *
 * Slow subscribers are what `broadcast` says, `hub.with(..)` included. Take `capacity` greater than `last`: else one who
 * has just come and is waited for holds up the producer until he takes the first of them.
 *
 * *Demand:* an item goes to each subscriber that asked for it; for the others it waits. *Buffers:* `capacity` items in
 * one ring, the last ones among them, also when nobody is subscribed and after the end. *Errors:* `hub.error` reaches
 * each subscriber, also who comes later, after the items that wait for it. *Cancel:* of one subscriber touches no
 * other; the last items stay.
 *
 * @example
 * ```ts
 * import { replay } from "@sluice/core";
 * const log = replay<string>({ capacity: 16, last: 2 });
 * for (const line of ["a", "b", "c"]) log.tryEmit(line);
 * log.complete();
 * console.log(await log.toArray()); // prints [ 'b', 'c' ]
 * ```
 */
export function replay<T>(options: ReplayOptions<T>): Hub<T> {
  const reader = checkReader<T>("replay", options, systemClock, options?.capacity);
  const last = checkCapacity("the last of replay", options?.last, 1);
  const multicast = new Multicast<T>("replay", options.capacity, undefined, last);
  if (last > options.capacity) {
    throw new RangeError(
      `Cannot replay the last ${last} items: it must be <= the capacity, ${options.capacity}`,
    );
  }
  return new Hub(multicast, reader);
}
