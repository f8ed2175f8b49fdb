import { systemClock } from "../clock/system-clock.js";
import type { Flow } from "../flow/flow.js";
import { Hub, type Producer } from "../flow/hub.js";
import { checkReader } from "../kit/check-reader.js";
import { Multicast } from "../kit/multicast.js";
import type { HubOptions } from "./broadcast.js";

/** A hub with one subscriber, whose way to be slow is that of the hub. */
export interface UnicastHub<T> extends Flow<T>, Producer<T> {}

/**
 * Makes a hub for one subscriber: what it is given before that comes, waits for it.
 *
 * *Demand:* items go to the subscriber as it asks; the others wait. *Buffers:* `capacity` items, before the
 * subscriber comes and after. *Errors:* `hub.error` reaches it after the items that wait; a second subscriber fails
 * with a `SluiceError` after its onSubscribe (§1.9). *Cancel:* drops what waits; from then on `tryEmit` answers
 * `"cancelled"`.
 *
 * @example
 * ```ts
 * import { unicast } from "@sluice/core";
 * const letters = unicast<string>({ capacity: 2 });
 * console.log(letters.tryEmit("a"), letters.tryEmit("b"), letters.tryEmit("c")); // prints ok ok overflow
 * letters.complete();
 * console.log(await letters.toArray()); // prints [ 'a', 'b' ]
 * ```
 */
export function unicast<T>(options: HubOptions<T>): UnicastHub<T> {
  const reader = checkReader<T>("unicast", options, systemClock, options?.capacity);
  return new Hub(new Multicast<T>("unicast", options?.capacity, reader), reader);
}
