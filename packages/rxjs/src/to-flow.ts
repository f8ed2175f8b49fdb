import type { Flow, ObservableLike, OverflowPolicy, PlainObservable } from "@sluice/core";
import { checkPolicy, Connectable, describe, flowFrom, observableOf } from "@sluice/core/kit";
import { Observable, type SchedulerLike } from "rxjs";
import { checkScheduler } from "./clock-of.js";
import { ObservableSubscriber } from "./observable-subscriber.js";

/** How `toFlow` subscribes. */
export interface ToFlowOptions {
  /** The Observable is subscribed in a turn of it, as by RxJS's `subscribeOn`; default: at once. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * A flow of what an Observable emits. An Observable cannot be slowed, so what happens to a value that comes while
 * there is no demand is a choice that has to be made here, by name.
 *
 * Takes Observables of RxJS, and by their shape those of RxJS 8 and 9, of the platform and of other libraries. Each
 * subscriber of the flow subscribes to the Observable anew. Values go on in the turn in which they are emitted, so
 * that virtual time, such as a `TestScheduler`'s, holds on both sides.
 *
 * *Demand:* none is passed on, an Observable knows of none. *Buffers:* what `policy` holds. *Errors:* the Observable's,
 * after what is held, and the policy's; what its teardown throws goes to `onDroppedError`. *Cancel:* unsubscribes at
 * once, also from within an emission; one that goes on all the same is not heard.
 *
 * @param observable found by `Symbol.observable` or `"@@observable"`, else by its method `subscribe`
 *
 * @example
 * ```ts
 * import { policy, toFlow } from "@sluice/rxjs";
 * import { interval } from "rxjs";
 * const ticks = toFlow(interval(1), policy.buffer(100, "dropOldest"));
 * for await (const tick of ticks) {
 *   if (tick === 3) break; // unsubscribes the interval
 *   console.log(tick);
 * }
 * // prints 0
 * // prints 1
 * // prints 2
 * ```
 */
export function toFlow<T, R = T>(
  observable: ObservableLike<T>,
  policy: OverflowPolicy<NoInfer<T>, R>,
  options?: ToFlowOptions,
): Flow<R> {
  const source = requireObservable("toFlow", observable);
  checkPolicy("toFlow", policy);
  const scheduler = checkScheduler("toFlow", options?.scheduler);
  return flowBehind("toFlow", source, policy, scheduler);
}

/** See `toFlow`; `place` is whose name the policy uses in its messages. */
export function flowBehind<T, R>(
  place: string,
  source: Observable<T>,
  policy: OverflowPolicy<T, R>,
  scheduler?: SchedulerLike,
): Flow<R> {
  return flowFrom<R>(
    (downstream) => new ObservableSubscriber(policy.open(downstream, place)).subscribeTo(source, scheduler),
    { name: place, settings: { capacity: policy.capacity } },
  );
}

function requireObservable<T>(place: string, input: ObservableLike<T>): Observable<T> {
  const source = (observableOf(input) ?? input) as PlainObservable<T>;
  if (source instanceof Observable) return source;
  if (typeof source?.subscribe === "function" && !(source instanceof Connectable)) return adopt(source);
  throw new TypeError(`Cannot make a flow of ${describe(input)}: ${place} takes an Observable`);
}

/** One of another library, in the form of ours: told to stop in each of the ways that there are. */
function adopt<T>(source: PlainObservable<T>): Observable<T> {
  return new Observable((subscriber) => {
    const stop = new AbortController(); // the platform, and RxJS 9
    subscriber.add(() => stop.abort());
    const observer = {
      // The platform calls them without their observer.
      next: (value: T) => subscriber.next(value),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    };
    const teardown = source.subscribe(observer, { signal: stop.signal }) as (() => void) | undefined;
    subscriber.add(teardown); // a function, or what has a method unsubscribe
  });
}
