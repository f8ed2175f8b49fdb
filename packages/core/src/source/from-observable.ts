import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { observableOf } from "../kit/observable-of.js";
import { ObservableSubscription, type PlainObservable } from "../kit/observable-subscription.js";
import { checkPolicy, type OverflowPolicy } from "../kit/overflow-policy.js";
import { Connectable } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";

/** An Observable: of RxJS, of the platform, or of any other library. */
export type ObservableLike<T> = PlainObservable<T> | OverloadedObservable<T>;

/** It takes a function as well, as in RxJS: of overloads the compiler looks at the last to find the type of items. */
export interface OverloadedObservable<T> {
  subscribe(next: (value: T) => void): unknown;
}

/**
 * Sends the values of an Observable, which cannot be slowed: what happens to one that comes while there is no demand is
 * a policy that the caller has to name.
 *
 * The Observable is told to stop in each of the ways that there are: the platform's by a signal, those of libraries by
 * what `subscribe` returned. One that sends all its values before `subscribe` returns can only hear of it afterwards.
 *
 * *Demand:* none is passed on, an Observable knows of none. *Buffers:* what `policy` holds. *Errors:* the Observable's,
 * after what is held, and the policy's. *Cancel:* stops the Observable; what is held is dropped.
 *
 * @param observable found by `Symbol.observable` or `"@@observable"`, else by its method `subscribe`
 *
 * @example
 * ```ts
 * import { fromObservable, policy } from "@sluice/core";
 * const observable = {
 *   subscribe(observer: { next(value: string): void; complete(): void }) {
 *     observer.next("a");
 *     observer.next("b");
 *     observer.complete();
 *     return { unsubscribe() {} };
 *   },
 * };
 * const letters = fromObservable(observable, policy.buffer({ capacity: 10, overflow: "error" }));
 * console.log(await letters.toArray()); // prints [ 'a', 'b' ]
 * ```
 */
export function fromObservable<T, R = T>(
  observable: ObservableLike<T>,
  policy: OverflowPolicy<NoInfer<T>, R>,
): Flow<R> {
  const source = (observableOf(observable) ?? observable) as PlainObservable<T>;
  if (typeof source?.subscribe !== "function" || source instanceof Connectable) {
    throw new TypeError(`Cannot make a flow of ${describe(observable)}: fromObservable takes an Observable`);
  }
  checkPolicy("fromObservable", policy);
  return flowFrom<R>(
    (downstream) =>
      new ObservableSubscription(policy.open(downstream, "fromObservable"), "subscribe").subscribeTo(source),
    { name: "fromObservable", settings: { capacity: policy.capacity } },
  );
}
