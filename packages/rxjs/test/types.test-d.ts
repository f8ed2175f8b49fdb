// What the compiler infers, and what it refuses. Nothing runs: this file is right when the test project compiles, and
// each "@ts-expect-error" fails the build when the mistake below it is accepted.

import { type Flow, map, mapAsync, range } from "@sluice/core";
import {
  onBackpressureBuffer,
  onBackpressureLatest,
  policy,
  toFlow,
  toObservable,
  viaFlow,
} from "@sluice/rxjs";
import { asapScheduler, BehaviorSubject, type Observable, of, type OperatorFunction, Subject } from "rxjs";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when the type of `value` is just `T`. */
function just<T>() {
  return <V>(_value: V, ..._same: Same<V, T> extends true ? [] : [never]): void => {};
}

const numbers = new Subject<number>();
const save = async (n: number): Promise<string> => String(n);

// The policy is required, and named.
just<Flow<number>>()(toFlow(numbers, policy.latest()));
just<Flow<number>>()(toFlow(numbers, policy.buffer(1000, "dropOldest")));
just<Flow<number>>()(
  toFlow(numbers, policy.buffer({ capacity: 10, overflow: "error" }), { scheduler: asapScheduler }),
);
just<Flow<string[]>>()(
  toFlow(
    numbers,
    policy.conflate(
      (n: number) => [String(n)],
      (all, n) => [...all, String(n)],
    ),
  ),
);
// @ts-expect-error: an Observable cannot be slowed, so what happens to what nobody asked for has to be said
toFlow(numbers);
// @ts-expect-error: no policy
toFlow(numbers, {});
// @ts-expect-error: a name alone has no bound
toFlow(numbers, "dropOldest");
// @ts-expect-error: a buffer has a capacity
toFlow(numbers, policy.buffer({ overflow: "error" }));
// @ts-expect-error: no Observable
toFlow(range(1, 2).values(), policy.latest());

// An Observable of what the flow sends.
just<Observable<number>>()(toObservable(range(1, 2), { prefetch: 8 }));
// @ts-expect-error: Observables are no flows
toObservable(of(1));

// In a pipe the types follow from one side to the other.
just<Observable<string>>()(
  numbers.pipe(viaFlow(policy.buffer(1000, "dropOldest"), mapAsync(save, { concurrency: 4 }))),
);
just<Observable<number>>()(numbers.pipe(viaFlow(policy.latest())));
just<Observable<boolean>>()(
  numbers.pipe(
    viaFlow(
      policy.drop(),
      mapAsync(save),
      map((text) => text.length),
      map((length) => length > 1),
    ),
  ),
);
const alone = viaFlow(policy.latest<number>(), mapAsync(save));
just<OperatorFunction<number, string>>()(alone);
// @ts-expect-error: no policy
numbers.pipe(viaFlow(mapAsync(save)));
// @ts-expect-error: no operator of RxJS, which knows of no demand
numbers.pipe(viaFlow(policy.latest(), (source: Observable<number>) => source));

// Who asks has to be named.
const demand = new BehaviorSubject(1);
just<Observable<number>>()(numbers.pipe(onBackpressureLatest({ demand })));
just<Observable<number>>()(
  numbers.pipe(onBackpressureBuffer({ capacity: 10, overflow: "dropOldest", demand: asapScheduler })),
);
// @ts-expect-error: nobody asks
numbers.pipe(onBackpressureLatest());
// @ts-expect-error: nobody asks
numbers.pipe(onBackpressureBuffer({ capacity: 10, overflow: "dropOldest" }));
// @ts-expect-error: asks for words
numbers.pipe(onBackpressureLatest({ demand: of("one") }));
