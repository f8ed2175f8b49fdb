// How an answer that is a promise is told from one that is not.

/**
 * Whether `answer` has a `then`: a promise, or what behaves like one.
 *
 * @example
 * ```ts
 * import { isThenable } from "@sluice/core/kit";
 * console.log(isThenable(Promise.resolve(1)), isThenable(1), isThenable(null)); // prints true false false
 * ```
 */
export function isThenable<R>(answer: PromiseLike<R> | R): answer is PromiseLike<R> {
  return typeof (answer as PromiseLike<R> | undefined)?.then === "function";
}
