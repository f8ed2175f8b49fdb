import { flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { DropAccount } from "../kit/drop-account.js";
import { OneSource } from "../kit/one-source.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from, type ItemOf } from "../source/from.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { DropOptions } from "../spec/overflow.js";

/**
 * Makes a source of an item and sends its items; drops the items of upstream that come while it runs.
 *
 * *Demand:* all there is of upstream; the source that runs gets what is requested, the next one what is left of it.
 * *Buffers:* nothing. What is dropped is counted in `counters` and given to `onDrop`, reason "ignored". *Errors:* the
 * first error, of upstream, of a source, of `make` or of `onDrop`, ends the stream at once and cancels the others.
 * *Cancel:* the source that runs, then upstream.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { exhaustMap, of } from "@sluice/core";
 * const onDrop = (click: string) => console.log("ignored", click);
 * const save = async (click: string) => `saved by ${click}`;
 * console.log(await of("first", "second").pipe(exhaustMap(save, { onDrop })).toArray());
 * // prints ignored second
 * // prints [ 'saved by first' ]
 * ```
 */
export function exhaustMap<T, R>(make: (item: T) => FlowInput<R>, options?: DropOptions<T>): Operator<T, R>;
/** Also where `make` returns sources of different items. */
export function exhaustMap<T, S extends FlowInput<unknown>>(
  make: (item: T) => S,
  options?: DropOptions<T>,
): Operator<T, ItemOf<S>>;
export function exhaustMap<T, R>(make: (item: T) => FlowInput<R>, options?: DropOptions<T>): Operator<T, R> {
  requireFunction("exhaustMap", make);
  checkDropOptions("exhaustMap", options);
  const makeFlow = (item: T): Flow<R> => from(make(item));
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new ExhaustMap(downstream, makeFlow, options), {
      name: "exhaustMap",
    });
}

/** waiting --item: offered, delivered--> running (a source; items: offered, dropped) --it completes--> waiting */
class ExhaustMap<T, R> extends OneSource<T, R> {
  private readonly account: DropAccount<T>;

  constructor(
    downstream: StageSubscriber<R>,
    make: (item: T) => Flow<R>,
    options: DropOptions<T> | undefined,
  ) {
    super(downstream, "exhaustMap", make, UNBOUNDED);
    this.account = new DropAccount(options, (error) => this.fail(error));
  }

  next(item: T): boolean {
    const { account } = this;
    account.counters.offered++;
    if (this.done) account.drop(item, "ended");
    else if (this.inner.isRunning) account.drop(item, "ignored");
    else {
      account.counters.delivered++;
      this.run(item);
    }
    return true; // upstream is unbounded: it need not know
  }
}
