import { systemClock } from "../clock/system-clock.js";
import { Hub } from "../flow/hub.js";
import { checkReader } from "../kit/check-reader.js";
import { Multicast } from "../kit/multicast.js";
import type { ReaderOptions } from "../spec/reader.js";

/** What a hub takes: its bound, and what becomes of a slow subscriber unless it subscribes by `with`. */
export type HubOptions<T> = ReaderOptions<T> & {
  /** The most items held, once for all subscribers together, an integer >= 1. */
  readonly capacity: number;
};

/**
 * Makes a hub: a flow that sends what it is given to everybody who is subscribed, each by its own demand.
 *
 * A slow subscriber holds back the others, or does not, by its own choice: `"wait"` (default; for ever or with
 * patience), `"dropOldest"`, `"latest"` or `"disconnect"`. `hub.with(..)` is the same hub for subscribers of another
 * choice. Who subscribes late gets what comes from then on; after the end, the end.
 *
 * *Demand:* an item goes to each subscriber that asked for it; for the others it waits. *Buffers:* `capacity` items in
 * one ring, however many subscribers there are, and for each of them a position in it; nothing while all have
 * unbounded demand. *Errors:* `hub.error` reaches each subscriber after the items that wait for it. *Cancel:* of one
 * subscriber touches no other; what waited only for it is released.
 *
 * @example
 * ```ts
 * import { broadcast, map } from "@sluice/core";
 * const prices = broadcast<number>({ capacity: 256 });
 * const all = prices.pipe(map((price) => price * 2)).toArray();
 * const newest = prices.with({ slow: "latest" }).values({ prefetch: 1 });
 * const first = newest.next();
 * console.log([1, 2, 3, 4].map((price) => prices.tryEmit(price))); // prints [ 'ok', 'ok', 'ok', 'ok' ]
 * prices.complete();
 * console.log(await all); // prints [ 2, 4, 6, 8 ]
 * console.log((await first).value, (await newest.next()).value, (await newest.next()).value); // prints 1 2 4
 * ```
 */
export function broadcast<T>(options: HubOptions<T>): Hub<T> {
  const reader = checkReader<T>("broadcast", options, systemClock, options?.capacity);
  return new Hub(new Multicast<T>("broadcast", options?.capacity), reader);
}
