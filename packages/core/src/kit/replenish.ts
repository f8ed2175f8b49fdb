// When to ask upstream for more.

/**
 * How many items of a prefetch of `size` have to be consumed before that many are requested again: 75 %.
 *
 * One by one would cost a request for each item; only when all is used would let the stage run dry while
 * upstream works. 75 % is what Reactor and RxJava settled on.
 *
 * @example
 * ```ts
 * import { replenishAt } from "@sluice/core/kit";
 * console.log(replenishAt(256), replenishAt(1)); // prints 192 1
 * ```
 */
export function replenishAt(size: number): number {
  return Math.max(1, Math.floor(size * 0.75));
}
