import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/** How `distinctUntilChanged` compares an item with the one sent before. */
export interface DistinctUntilChangedOptions<T, K = T> {
  /** What of an item is compared; default: the item itself. */
  readonly key?: ((item: T) => K) | undefined;
  /** Whether two keys, the earlier one first, are the same; default `Object.is`. */
  readonly equals?: ((previous: K, current: K) => unknown) | undefined;
}

/**
 * Sends only items that differ from the one sent before.
 *
 * *Demand:* n, and one more for each item dropped. *Buffers:* no item; the last key. *Errors:* what `key` or `equals`
 * throws ends the stream at that item and cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { distinctUntilChanged, of } from "@sluice/core";
 * console.log(await of(1, 1, 2, 1).pipe(distinctUntilChanged()).toArray()); // prints [ 1, 2, 1 ]
 * const byLength = distinctUntilChanged({ key: (word: string) => word.length });
 * console.log(await of("a", "b", "ab").pipe(byLength).toArray()); // prints [ 'a', 'ab' ]
 * ```
 */
export function distinctUntilChanged<T, K = T>(options?: DistinctUntilChangedOptions<T, K>): Operator<T, T> {
  const key = options?.key ?? (same as (item: T) => K);
  const equals = options?.equals ?? Object.is;
  requireFunction("distinctUntilChanged", key);
  requireFunction("distinctUntilChanged", equals);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new DistinctUntilChanged(downstream, key, equals), {
      name: "distinctUntilChanged",
    });
}

class DistinctUntilChanged<T, K> extends OperatorSubscriber<T, T> {
  private readonly key: (item: T) => K;
  private readonly equals: (previous: K, current: K) => unknown;
  private previous: K | undefined = undefined;
  private hasPrevious = false;

  constructor(
    downstream: StageSubscriber<T>,
    key: (item: T) => K,
    equals: (previous: K, current: K) => unknown,
  ) {
    super(downstream);
    this.key = key;
    this.equals = equals;
  }

  next(item: T): boolean {
    if (this.done) return false;
    let current: K;
    try {
      current = this.key(item);
      if (this.hasPrevious && this.equals(this.previous as K, current)) return false;
    } catch (thrown) {
      this.fail(asError(thrown, "distinctUntilChanged"));
      return false;
    }
    if (this.done) return false; // `key` or `equals` cancelled: nothing is held any more
    this.hasPrevious = true;
    this.previous = current;
    return this.downstream.next(item);
  }

  protected override onEnd(): void {
    this.previous = undefined;
  }
}

const same = <T>(item: T): T => item;
