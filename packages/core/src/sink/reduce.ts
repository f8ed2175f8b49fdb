// The end of a pipeline that combines all items into one.

import { Fold } from "../kit/fold.js";
import { requireFunction } from "../kit/require-function.js";
import type { Connectable } from "../kit/stage-subscriber.js";

/** See `Flow.reduce`. */
export function reduce<T, R>(
  upstream: Connectable<T>,
  combine: (accumulator: R, item: T) => R,
  seed: R,
  signal: AbortSignal | undefined,
): Promise<R> {
  requireFunction("reduce", combine);
  return new Promise<unknown>((resolve, reject) => {
    // A Fold is untyped because the loops that know it are; the types hold by this function's signature.
    new Fold(combine as Fold["combine"], seed, resolve, reject, signal).connectTo(
      upstream as Connectable<unknown>,
    );
  }) as Promise<R>;
}
