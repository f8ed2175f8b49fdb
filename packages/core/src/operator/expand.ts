import { checkCapacity, Ring } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { MergeEngine } from "../kit/merge-engine.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from } from "../source/from.js";
import { OverflowError } from "../spec/errors.js";

/** How `expand` searches. */
export interface ExpandOptions {
  /** How many items that were sent may wait to be expanded, an integer >= 1; one more fails the stream. */
  readonly capacity: number;
  /** How many sources may run at once, an integer >= 1; default 16. With 1, each level comes before the next. */
  readonly concurrency?: number | undefined;
  /** Items asked of each source ahead of demand, an integer >= 1; default 64. */
  readonly prefetch?: number | undefined;
}

/**
 * Sends each item, and makes a source of it whose items are treated alike: what they lead to, all the way down.
 *
 * Items are only found as they are requested, so a slow consumer keeps the search narrow.
 *
 * *Demand:* `concurrency` of upstream, then 1 for each source that ends, while nothing found waits; of each source
 * `prefetch`, then as many as were sent on whenever those are three quarters. *Buffers:* at most `prefetch` items of
 * each source that runs, 1 for each item of upstream, and `capacity` that wait to be expanded. *Errors:* the first
 * error, of upstream, of a source or of `make`, ends the stream at once and cancels the others; so does an
 * `OverflowError` when more than `capacity` wait. *Cancel:* all sources, then upstream.
 *
 * @param make returns anything that `from` takes; an empty source ends that branch
 *
 * @example
 * ```ts
 * import { empty, expand, of } from "@sluice/core";
 * const halves = of(8).pipe(expand((n) => (n > 1 ? of(n / 2) : empty()), { capacity: 16 }));
 * console.log(await halves.toArray()); // prints [ 8, 4, 2, 1 ]
 * ```
 */
export function expand<T>(make: (item: T) => FlowInput<T>, options: ExpandOptions): Operator<T, T> {
  requireFunction("expand", make);
  const capacity = checkCapacity("expand", options?.capacity, 1);
  const concurrency = checkCapacity("expand", options.concurrency ?? 16, 1);
  const prefetch = checkCapacity("expand", options.prefetch ?? 64, 1);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) => new Expand(downstream, make, capacity, concurrency, prefetch),
      { name: "expand", settings: { capacity, concurrency, prefetch } },
    );
}

/** An item of upstream has a lane of its own until it is sent: up to `concurrency` beside as many of sources. */
class Expand<T> extends MergeEngine<T, T> {
  private readonly limit: number;
  /** Sent, and not yet expanded. */
  private readonly found: Ring<T>;

  constructor(
    downstream: StageSubscriber<T>,
    make: (item: T) => FlowInput<T>,
    capacity: number,
    concurrency: number,
    prefetch: number,
  ) {
    super(
      downstream,
      "expand",
      (item) => from(make(item)),
      concurrency,
      prefetch,
      Math.min(2 * concurrency, 2 ** 30),
    );
    this.limit = concurrency;
    this.found = new Ring(capacity);
  }

  protected override accept(item: T): void {
    this.start(from([item]));
  }

  protected override emit(item: T): boolean {
    const { found } = this;
    if (found.isFull) {
      const message = `expand holds its capacity of ${found.capacity} items: raise the capacity`;
      this.fail(new OverflowError(message, found.capacity));
      return false;
    }
    found.push(item);
    this.loop.run(); // expanded when it has been sent
    return super.emit(item);
  }

  /** A source that ends at once makes room: only an item that finds none when all is at rest fails the stream. */
  protected override maySendAtOnce(): boolean {
    return super.maySendAtOnce() && !this.found.isFull;
  }

  /** What was found goes before what upstream has, and before its own source finds more. */
  protected override beforeTurn(): void {
    while (this.running < this.limit && !this.found.isEmpty) this.expand(this.found.shift());
  }

  /** Each item has to pass `emit`. */
  override innerSlice(): boolean {
    return false;
  }

  protected override onEnd(): void {
    super.onEnd();
    this.found.clear();
  }
}
