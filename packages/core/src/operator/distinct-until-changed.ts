import type { Operator } from "../flow/flow.js";
import { flowOfFilter } from "../flow/stateful-filter.js";
import { requireFunction } from "../kit/require-function.js";

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
  if (typeof options === "function") {
    throw new TypeError("Cannot distinctUntilChanged with a function: give { equals } or { key }"); // as RxJS takes it
  }
  const key = options?.key ?? (same as (item: T) => K);
  const equals = options?.equals ?? Object.is;
  requireFunction("distinctUntilChanged", key);
  requireFunction("distinctUntilChanged", equals);
  const makeTest = (): ((item: T) => boolean) => {
    let previous: { readonly key: K } | undefined;
    return (item) => {
      const current = key(item);
      if (previous !== undefined && equals(previous.key, current)) return false;
      previous = { key: current };
      return true;
    };
  };
  return (upstream) => flowOfFilter(upstream, "distinctUntilChanged", makeTest);
}

const same = <T>(item: T): T => item;
