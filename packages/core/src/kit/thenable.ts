// How an answer that is a promise is told from one that is not.

/** Whether `answer` has a `then`: a promise, or what behaves like one. */
export function isThenable<R>(answer: PromiseLike<R> | R): answer is PromiseLike<R> {
  return typeof (answer as PromiseLike<R> | undefined)?.then === "function";
}
