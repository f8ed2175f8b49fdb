import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { asError } from "../kit/dropped.js";
import { FusedRun } from "../kit/fused-run.js";
import { IteratorSubscription } from "../kit/iterator-subscription.js";
import { requireFunction } from "../kit/require-function.js";
import { describe } from "../spec/describe.js";

/** What a step answers: the item and the state after it, or `undefined` for the end. */
export type Generated<T, S> = readonly [item: T, state: S] | undefined;

/**
 * Makes items one by one out of a state, each only when it is asked for.
 *
 * *Demand:* one step for each item requested; the end is found by the step after the last item. *Buffers:* the
 * state. *Errors:* what `step` throws becomes `onError`, and so does an answer that is neither a pair nor
 * `undefined`. *Cancel:* no step after it.
 *
 * @param seed the first state; each subscriber begins with it, so a step makes a new state and leaves the old one
 * @param step of a state makes the item and the next state
 *
 * @example
 * ```ts
 * import { generate, take } from "@sluice/core";
 * const fibonacci = generate({ a: 0, b: 1 }, ({ a, b }) => [a, { a: b, b: a + b }]);
 * console.log(await fibonacci.pipe(take(6)).toArray()); // prints [ 0, 1, 1, 2, 3, 5 ]
 * const countdown = generate(3, (n) => (n > 0 ? [n, n - 1] : undefined));
 * console.log(await countdown.toArray()); // prints [ 3, 2, 1 ]
 * ```
 */
export function generate<T, S>(seed: S, step: (state: S) => Generated<T, S>): Flow<T> {
  requireFunction("generate", step);
  const steps: Iterable<T> = { [Symbol.iterator]: () => new Steps(seed, step) };
  return flowFrom<T>(
    (downstream) => new IteratorSubscription(steps, new FusedRun(undefined), downstream).start(),
    {
      name: "generate",
    },
  );
}

class Steps<T, S> implements Iterator<T, undefined> {
  private state: S;
  private readonly step: (state: S) => Generated<T, S>;

  constructor(seed: S, step: (state: S) => Generated<T, S>) {
    this.state = seed;
    this.step = step;
  }

  next(): IteratorResult<T, undefined> {
    const { step, state } = this;
    let made: Generated<T, S>;
    try {
      made = step(state);
    } catch (thrown) {
      throw asError(thrown, "generate");
    }
    if (made === undefined) return { done: true, value: undefined };
    if (!Array.isArray(made) || made.length !== 2) {
      throw new TypeError(`Cannot generate from ${describe(made)}: answer [item, state] or undefined`);
    }
    this.state = made[1];
    return { done: false, value: made[0] };
  }
}
