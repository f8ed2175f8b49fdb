import { checkOptions } from "../kit/check-options.js";
import { checkCapacity, Ring } from "../buffer/ring.js";
import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { Join, type JoinOptions } from "../kit/join.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, fromEach, type TupleOf } from "../source/from.js";

/**
 * Sends the latest items of all sources together, whenever one of them has sent another.
 *
 * Nothing is left out: what comes ahead of demand waits in the order in which it came. Put `onBackpressureLatest` in
 * front of a source to skip what a slow reader would see too late. Completes when all sources have, or at once when
 * one has completed without an item.
 *
 * *Demand:* of each source `prefetch`, then as many as were taken whenever those are three quarters. *Buffers:* at most
 * `prefetch` items of each source, and the latest. *Errors:* the first one ends the stream at once and cancels the
 * other sources. *Cancel:* all sources.
 *
 * @param sources an array of anything that `from` takes; none gives a stream without items
 *
 * @example
 * ```ts
 * import { combineLatest, of } from "@sluice/core";
 * console.log(await combineLatest([of("a"), of(1, 2)]).toArray()); // prints [ [ 'a', 1 ], [ 'a', 2 ] ]
 * ```
 */
export function combineLatest<S extends readonly FlowInput<unknown>[] | []>(
  sources: S,
  options?: JoinOptions,
): Flow<TupleOf<S>> {
  const flows = fromEach("combineLatest", sources);
  checkOptions("combineLatest", options);
  const prefetch = checkCapacity("combineLatest", options?.prefetch ?? 64, 1, "prefetch");
  const count = flows.length;
  checkCapacity("combineLatest", count * prefetch, 0); // they wait in one queue
  return flowFrom<unknown[]>((downstream) => new CombineLatest(downstream, count, prefetch).start(flows), {
    name: "combineLatest",
    settings: { prefetch, sources: count },
    upstreams: flows,
  }) as Flow<unknown> as Flow<TupleOf<S>>;
}

/**
 * some silent --each has sent an item--> ready --demand: sent--> combining --item and demand: sent--> combining
 *
 * While some are silent, items only take the place of the latest of their source: that needs no demand.
 */
class CombineLatest extends Join<unknown[]> {
  /** What came and was not taken yet, oldest first: the items, and which source each is of. */
  private readonly items: Ring<unknown>;
  private readonly origins: Ring<number>;
  /** By source; `SILENT` where none was taken yet. */
  private latest: unknown[];
  /** How many sources are silent. */
  private silent: number;
  /** The first combination is there and was not sent. */
  private isReady = false;

  constructor(downstream: StageSubscriber<unknown[]>, count: number, prefetch: number) {
    super(downstream, count, prefetch);
    const capacity = Math.max(1, count * prefetch);
    this.items = new Ring(capacity);
    this.origins = new Ring(capacity);
    this.latest = new Array(count).fill(SILENT);
    this.silent = count;
  }

  override innerNext(index: number, item: unknown): boolean {
    this.items.push(item);
    this.origins.push(index);
    this.loop.run();
    return true;
  }

  protected override step(): void {
    const { items } = this;
    while (this.silent > 0 ? !items.isEmpty : this.hasDemand && (this.isReady || !items.isEmpty)) {
      if (!this.isReady) this.take();
      if (this.silent === 0 && this.hasDemand) {
        this.isReady = false;
        this.send(this.latest.slice());
      }
    }
    if (this.isOver()) this.completeEarly();
    else this.replenish();
  }

  protected override onEnd(): void {
    super.onEnd();
    this.items.clear();
    this.origins.clear();
    this.latest = [];
  }

  private take(): void {
    const { latest } = this;
    const index = this.origins.shift();
    if (latest[index] === SILENT) this.isReady = --this.silent === 0;
    latest[index] = this.items.shift();
    this.taken(index);
  }

  private isOver(): boolean {
    if (this.silent > 0) return this.inners.some(({ done, index }) => done && this.latest[index] === SILENT);
    return !this.isReady && this.items.isEmpty && this.inners.every(({ done }) => done);
  }
}

/** In the place of an item that did not come yet: items may be `undefined`. */
const SILENT = Symbol("silent");
