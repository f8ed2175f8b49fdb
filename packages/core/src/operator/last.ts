import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { requireFunction } from "../kit/require-function.js";
import { ResultSubscriber } from "../kit/result-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/**
 * Sends the last item, or the last for which `test` answers true, when upstream completes.
 *
 * When there is none it completes without an item: put `defaultIfEmpty` behind it for one in its place.
 *
 * *Demand:* all there is, at the first request. *Buffers:* the one item. *Errors:* passed on, and the item is
 * forgotten; what `test` throws ends the stream and cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { last, range } from "@sluice/core";
 * console.log(await range(1, 9).pipe(last()).toArray()); // prints [ 9 ]
 * console.log(await range(1, 9).pipe(last((n) => n % 4 === 0)).toArray()); // prints [ 8 ]
 * ```
 */
export function last<T, S extends T>(test: (item: T) => item is S): Operator<T, S>;
export function last<T>(test?: (item: T) => unknown): Operator<T, T>;
export function last<T>(test: (item: T) => unknown = all): Operator<T, T> {
  requireFunction("last", test);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new Last(downstream, test), { name: "last" });
}

class Last<T> extends ResultSubscriber<T, T> {
  private readonly test: (item: T) => unknown;
  private item: T | undefined = undefined;
  private hasItem = false;

  constructor(downstream: StageSubscriber<T>, test: (item: T) => unknown) {
    super(downstream);
    this.test = test;
  }

  next(item: T): boolean {
    if (this.done) return false;
    try {
      if (!this.test(item)) return true; // unbounded demand: upstream need not know
    } catch (thrown) {
      this.fail(asError(thrown, "last"));
      return false;
    }
    if (this.done) return false; // `test` cancelled: nothing is held any more
    this.item = item;
    this.hasItem = true;
    return true;
  }

  override onComplete(): void {
    if (this.hasItem) this.finish(this.item as T);
    else super.onComplete();
  }

  protected override onEnd(): void {
    super.onEnd();
    this.item = undefined;
  }
}

const all = (): boolean => true;
