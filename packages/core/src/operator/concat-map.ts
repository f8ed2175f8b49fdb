import { flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { OneSource } from "../kit/one-source.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from, type ItemOf } from "../source/from.js";

/**
 * Makes a source of each item and sends their items, one source after the other.
 *
 * *Demand:* one item of upstream at a time; the source that runs gets what is requested, the next one what
 * is left of it. *Buffers:* nothing. *Errors:* the first error, of upstream, of a source or of `make`, ends
 * the stream at once and cancels the others. *Cancel:* the source that runs, then upstream.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { concatMap, of, range } from "@sluice/core";
 * console.log(await of(1, 10).pipe(concatMap((n) => range(n, 2))).toArray()); // prints [ 1, 2, 10, 11 ]
 * ```
 */
export function concatMap<T, R>(make: (item: T) => FlowInput<R>): Operator<T, R>;
/** Also where `make` returns sources of different items. */
export function concatMap<T, S extends FlowInput<unknown>>(make: (item: T) => S): Operator<T, ItemOf<S>>;
export function concatMap<T, R>(make: (item: T) => FlowInput<R>): Operator<T, R> {
  requireFunction("concatMap", make);
  const makeFlow = (item: T): Flow<R> => from(make(item));
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<R>) => new ConcatMap(downstream, "concatMap", makeFlow, 1),
      {
        name: "concatMap",
      },
    );
}

class ConcatMap<T, R> extends OneSource<T, R> {
  next(item: T): boolean {
    if (this.done) return false;
    this.run(item);
    return true;
  }

  override sourceCompleted(): void {
    if (this.upstreamCompleted) this.completeIfOver();
    else if (!this.done) this.upstream.request(1);
  }
}
