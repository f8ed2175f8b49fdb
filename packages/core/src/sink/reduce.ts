// The end of a pipeline that combines all items into one.

import { Fold, type FoldEnd } from "../kit/fold.js";
import type { Connectable, StageSubscriber } from "../kit/stage-subscriber.js";
import { Settlement } from "./settle.js";

/** See `Flow.reduce`. */
export function reduce<T, R>(
  upstream: Connectable<T>,
  combine: (accumulator: R, item: T) => R,
  seed: R,
  signal: AbortSignal | undefined,
): Promise<R> {
  if (typeof combine !== "function") {
    throw new TypeError(
      `Cannot reduce with ${typeof combine}: the first argument is a function (accumulator, item)`,
    );
  }
  const end = new Settlement<R>(signal);
  // A Fold is untyped because the loops that know it are; the types hold by this function's signature.
  const fold = new Fold(combine as Fold["combine"], seed, end as unknown as FoldEnd);
  upstream.connect(fold as StageSubscriber<unknown> as StageSubscriber<T>);
  return end.promise;
}
