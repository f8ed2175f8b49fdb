import type { Flow, Operator, OverflowPolicy } from "@sluice/core";
import { checkPolicy, requireFunction } from "@sluice/core/kit";
import type { Observable, OperatorFunction } from "rxjs";
import { flowBehind } from "./to-flow.js";
import { toObservable } from "./to-observable.js";

/**
 * An operator for RxJS's `pipe` in which the part between is driven by demand: its operators take from the source only
 * what they have room for, and `policy` says what happens to the rest.
 *
 * *Demand:* none reaches the source, an Observable knows of none; what the operators ask for is met by `policy`, and
 * they are asked for items as by `toObservable`. *Buffers:* what `policy` and the operators hold, each by its own
 * bound. *Errors:* the source's, the policy's and the operators' are passed on, after the items before them.
 * *Cancel:* unsubscribing cancels the operators and unsubscribes the source at once.
 *
 * @example
 * Four at a time are saved; a thousand wait; what does not fit is dropped, the oldest first.
 *
 * ```ts
 * import { mapAsync } from "@sluice/core";
 * import { policy, viaFlow } from "@sluice/rxjs";
 * import { range } from "rxjs";
 * const save = async (n: number) => `saved ${n}`;
 * range(1, 5000)
 *   .pipe(
 *     viaFlow(
 *       policy.buffer(1000, "dropOldest"),
 *       mapAsync(save, { concurrency: 4 }),
 *     ),
 *   )
 *   .subscribe({
 *     next: (text) => text === "saved 5000" && console.log(text),
 *     complete: () => console.log("complete"),
 *   });
 * // prints saved 5000
 * // prints complete
 * ```
 */
export function viaFlow<T, R = T>(policy: OverflowPolicy<T, R>): OperatorFunction<T, R>;
export function viaFlow<T, R, A>(policy: OverflowPolicy<T, R>, a: Operator<R, A>): OperatorFunction<T, A>;
export function viaFlow<T, R, A, B>(
  policy: OverflowPolicy<T, R>,
  a: Operator<R, A>,
  b: Operator<A, B>,
): OperatorFunction<T, B>;
export function viaFlow<T, R, A, B, C>(
  policy: OverflowPolicy<T, R>,
  a: Operator<R, A>,
  b: Operator<A, B>,
  c: Operator<B, C>,
): OperatorFunction<T, C>;
export function viaFlow<T, R, A, B, C, D>(
  policy: OverflowPolicy<T, R>,
  a: Operator<R, A>,
  b: Operator<A, B>,
  c: Operator<B, C>,
  d: Operator<C, D>,
): OperatorFunction<T, D>;
export function viaFlow<T, R, A, B, C, D, E>(
  policy: OverflowPolicy<T, R>,
  a: Operator<R, A>,
  b: Operator<A, B>,
  c: Operator<B, C>,
  d: Operator<C, D>,
  e: Operator<D, E>,
  ...more: Operator<E, E>[]
): OperatorFunction<T, E>;
export function viaFlow(
  policy: OverflowPolicy<unknown, unknown>,
  ...operators: Operator<never, unknown>[]
): OperatorFunction<unknown, unknown> {
  checkPolicy("viaFlow", policy);
  for (const operator of operators) requireFunction("viaFlow", operator);
  return (source: Observable<unknown>) => {
    let flow: Flow<unknown> = flowBehind("viaFlow", source, policy);
    for (const operator of operators) flow = operator(flow as Flow<never>); // the overloads hold the types
    return toObservable(flow);
  };
}
