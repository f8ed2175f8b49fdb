import { checkOptions } from "../kit/check-options.js";
import { checkCapacity, Ring } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { AsyncCalls, type AsyncFunction, type Call } from "../kit/async-calls.js";
import { asError } from "../kit/dropped.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/** How `mapAsyncKeyed` runs its calls. */
export interface MapAsyncKeyedOptions {
  /** How many calls may be under way, each for another key, an integer >= 1; default 16. */
  readonly concurrency?: number | undefined;
  /**
   * How many items are held in all: under way, waiting for the call before them, or with a result that waits. An
   * integer >= 1; default 4 x `concurrency`.
   */
  readonly capacity?: number | undefined;
}

/**
 * Calls an asynchronous function for each item, one at a time for each key and several keys at a time.
 *
 * Items of one key are worked on, and their results sent, in their order; results of different keys as soon as they
 * are there. However slow a key is, it takes one of the `concurrency` calls; its items behind that one wait in
 * `capacity`, and only when they are all that is held do other keys wait for it.
 *
 * *Demand:* `capacity` at first, then one for each result sent on. *Buffers:* `capacity` items. *Errors:* a rejection,
 * a throw or an error of upstream ends the stream at once and aborts the other calls; results that wait are dropped.
 * *Cancel:* upstream at once, and aborts `signal`; what the calls still return or throw is ignored.
 *
 * @param key compared as the keys of a `Map` are
 * @param transform may return a promise or a plain value
 *
 * @example
 * ```ts
 * import { mapAsyncKeyed, of } from "@sluice/core";
 * const save = async (row: string) => `saved ${row}`;
 * const saved = of("a1", "b1", "a2").pipe(mapAsyncKeyed((row) => row[0], save));
 * console.log(await saved.toArray()); // prints [ 'saved a1', 'saved b1', 'saved a2' ]
 * ```
 */
export function mapAsyncKeyed<T, R>(
  key: (item: T) => unknown,
  transform: AsyncFunction<T, R>,
  options?: MapAsyncKeyedOptions,
): Operator<T, R> {
  requireFunction("mapAsyncKeyed", key);
  requireFunction("mapAsyncKeyed", transform);
  checkOptions("mapAsyncKeyed", options);
  const concurrency = checkCapacity("mapAsyncKeyed", options?.concurrency ?? 16, 1, "concurrency");
  const capacity = checkCapacity("mapAsyncKeyed", options?.capacity ?? 4 * concurrency, 1);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<R>) =>
        new MapAsyncKeyed(downstream, key, transform, concurrency, capacity),
      { name: "mapAsyncKeyed", settings: { concurrency, capacity } },
    );
}

/** An item whose key has no call under way. */
interface Startable<T> {
  readonly key: unknown;
  readonly item: T;
}

class MapAsyncKeyed<T, R> extends AsyncCalls<T, R> {
  private readonly key: (item: T) => unknown;
  private readonly concurrency: number;
  private readonly places: number;
  /** Of each key that is worked on, the items that wait for the one before them; made when there is one. */
  private readonly lanes: Map<unknown, Ring<T> | undefined> = new Map();
  private readonly startable: Ring<Startable<T>>;
  private readonly results: Ring<Call<R>>;
  private running = 0;

  constructor(
    downstream: StageSubscriber<R>,
    key: (item: T) => unknown,
    transform: AsyncFunction<T, R>,
    concurrency: number,
    capacity: number,
  ) {
    super(downstream, "mapAsyncKeyed", transform, capacity);
    this.key = key;
    this.concurrency = concurrency;
    this.places = capacity;
    this.startable = new Ring(capacity);
    this.results = new Ring(capacity);
  }

  next(item: T): boolean {
    if (this.done) return false;
    let key: unknown;
    try {
      key = this.key(item);
    } catch (thrown) {
      this.fail(asError(thrown, "mapAsyncKeyed"));
    }
    if (this.done) return false; // it threw, or cancelled
    this.held++;
    if (this.lanes.has(key)) {
      const lane = this.lanes.get(key) ?? new Ring<T>(this.places);
      lane.push(item);
      this.lanes.set(key, lane);
    } else {
      this.lanes.set(key, undefined);
      this.startable.push({ key, item });
      this.loop.run();
    }
    return true;
  }

  protected override settled(call: Call<R>): void {
    const { key } = call;
    this.running--;
    this.results.push(call);
    const lane = this.lanes.get(key);
    if (lane === undefined || lane.isEmpty) this.lanes.delete(key);
    else this.startable.push({ key, item: lane.shift() });
  }

  protected override takeSettled(): Call<R> | undefined {
    return this.results.isEmpty ? undefined : this.results.shift();
  }

  protected override onEnd(): void {
    super.onEnd();
    this.lanes.clear();
    this.startable.clear();
    this.results.clear();
  }

  /** By the loop: a call that answers at once makes the next one startable, and must not start it on its stack. */
  protected override step(): void {
    while (!this.done && this.running < this.concurrency && !this.startable.isEmpty) {
      const { key, item } = this.startable.shift();
      const call = this.spareCall();
      call.key = key;
      this.running++;
      this.start(call, item);
    }
    super.step();
  }
}
