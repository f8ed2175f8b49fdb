import { flowFrom } from "../flow/connected-flow.js";
import { type Flow, type Operator, requireFlow } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { Succession } from "../kit/succession.js";
import { type FlowInput, from, type ItemOf } from "../source/from.js";

/**
 * Goes on with another source, made of the error, when upstream has failed.
 *
 * *Demand:* n; what is outstanding at the failure is asked of the other source. *Buffers:* nothing. *Errors:* the
 * first one is replaced; what the other source fails with, or `make` throws, is passed on. *Cancel:* the one that
 * runs.
 *
 * @param make returns anything that `from` takes: `[]` only completes, `fail(other)` changes the error
 *
 * @example
 * ```ts
 * import { catchError, concatMap, fail, of } from "@sluice/core";
 * const broken = of("a", "b").pipe(concatMap((name) => (name === "a" ? [name] : fail<string>(new Error("no b")))));
 * console.log(await broken.pipe(catchError(() => ["c"])).toArray()); // prints [ 'a', 'c' ]
 * ```
 */
export function catchError<T, R = T>(make: (error: unknown) => FlowInput<R>): Operator<T, T | R>;
/** Also where `make` returns sources of different items. */
export function catchError<T, S extends FlowInput<unknown>>(
  make: (error: unknown) => S,
): Operator<T, T | ItemOf<S>>;
export function catchError<T, R = T>(make: (error: unknown) => FlowInput<R>): Operator<T, T | R> {
  requireFunction("catchError", make);
  return (upstream) => {
    const upstreams = [requireFlow(upstream, "catchError")];
    return flowFrom<T | R>(
      (downstream) => new CatchError<T | R>(downstream, make).start(upstream as Flow<T | R>),
      { name: "catchError", upstreams },
    );
  };
}

class CatchError<T> extends Succession<T> {
  /** `undefined` once it was called. */
  private make: ((error: unknown) => FlowInput<T>) | undefined;

  constructor(downstream: StageSubscriber<T>, make: (error: unknown) => FlowInput<T>) {
    super(downstream);
    this.make = make;
  }

  override sourceFailed(error: unknown): void {
    const { make } = this;
    this.make = undefined;
    if (make === undefined) {
      this.fail(error);
      return;
    }
    let source: Flow<T>;
    try {
      source = from(make(error));
    } catch (thrown) {
      this.fail(asError(thrown, "catchError"));
      return;
    }
    this.follow(source);
  }
}
