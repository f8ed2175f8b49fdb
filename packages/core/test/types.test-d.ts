// What the compiler infers. Nothing runs: this file is right when the test project compiles, and each
// "@ts-expect-error" fails the build when the mistake below it is accepted.

import { Observable, Subject } from "rxjs";
import type { Flow, Operator } from "../src/flow/flow.js";
import { catchError } from "../src/operator/catch-error.js";
import { combineLatest } from "../src/operator/combine-latest.js";
import { concat } from "../src/operator/concat.js";
import { concatMap } from "../src/operator/concat-map.js";
import { exhaustMap } from "../src/operator/exhaust-map.js";
import { expand } from "../src/operator/expand.js";
import { filter } from "../src/operator/filter.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { mapAsync } from "../src/operator/map-async.js";
import { merge } from "../src/operator/merge.js";
import { mergeMap } from "../src/operator/merge-map.js";
import { mergePrioritized } from "../src/operator/merge-prioritized.js";
import { prefetch } from "../src/operator/prefetch.js";
import { repeat } from "../src/operator/repeat.js";
import { retry } from "../src/operator/retry.js";
import { scan } from "../src/operator/scan.js";
import { switchMap } from "../src/operator/switch-map.js";
import { take } from "../src/operator/take.js";
import { tap } from "../src/operator/tap.js";
import { withLatestFrom } from "../src/operator/with-latest-from.js";
import { zip } from "../src/operator/zip.js";
import { onBackpressureBuffer } from "../src/overflow/on-backpressure-buffer.js";
import { onBackpressureDrop } from "../src/overflow/on-backpressure-drop.js";
import { onBackpressureCoDel } from "../src/overflow/on-backpressure-codel.js";
import { onBackpressureShed } from "../src/overflow/on-backpressure-shed.js";
import type { OverflowPolicy } from "../src/kit/overflow-policy.js";
import { policy } from "../src/policy/policy.js";
import { toWebStream } from "../src/sink/to-web-stream.js";
import { toWritableStream } from "../src/sink/to-writable-stream.js";
import { create } from "../src/source/create.js";
import { defer } from "../src/source/defer.js";
import { empty } from "../src/source/empty.js";
import { from } from "../src/source/from.js";
import { fromEvent } from "../src/source/from-event.js";
import { fromObservable } from "../src/source/from-observable.js";
import { fromPromise } from "../src/source/from-promise.js";
import { fromWebStream } from "../src/source/from-web-stream.js";
import { of } from "../src/source/of.js";
import { range } from "../src/source/range.js";
import { using } from "../src/source/using.js";
import type { Publisher } from "../src/spec/publisher.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when the type of `value` is just `T`. */
function just<T>() {
  return <V>(_value: V, ..._same: Same<V, T> extends true ? [] : [never]): void => {};
}

// Sources.
just<Flow<number>>()(range(1, 2));
just<Flow<string | number>>()(of<string | number>("a", 1));
just<Flow<never>>()(empty());
just<Flow<string>>()(from(new Set(["a"])));
just<Flow<number>>()(from(Promise.resolve(1)));
just<Flow<number>>()(from(range(1, 2) as Publisher<number>));
just<Flow<boolean>>()(fromPromise(Promise.resolve<boolean>(true)));
just<Flow<number>>()(defer(() => [1, 2]));
just<Flow<Date>>()(
  create<Date>((emitter) => void emitter.next(new Date()), { capacity: 1, overflow: "error" }),
);

// Sources of what cannot be slowed: the policy is required, and its functions know the item.
const subject = new Subject<Date>();
const target = new EventTarget();
just<Flow<Event>>()(fromEvent(target, "job", policy.latest()));
just<Flow<MessageEvent>>()(fromEvent<MessageEvent>(new MessageChannel().port1, "message", policy.drop()));
just<Flow<Date>>()(fromObservable(subject, policy.error()));
just<Flow<Date>>()(
  fromObservable(
    subject,
    policy.buffer({ capacity: 1, overflow: "dropOldest", onDrop: (date) => date.getTime() }),
  ),
);
just<Flow<Date>>()(
  fromObservable(
    subject,
    policy.buffer({
      capacity: { items: 9, weight: 100 },
      weigh: (date) => date.getTime(),
      overflow: "error",
      ttlMs: 50,
    }),
  ),
);
just<Flow<Date>>()(
  fromObservable(subject, policy.buffer(1, "dropOldest", { onDrop: (date) => date.getTime() })),
);
just<Flow<Date>>()(fromObservable(subject, policy.latest({ onDrop: (date) => date.getTime() })));
just<Flow<Date>>()(fromObservable(subject, policy.shed({ capacity: 1, priority: (date) => date.getTime() })));
just<Flow<Date>>()(
  fromObservable(
    subject,
    policy.conflate((a, b) => (a.getTime() > b.getTime() ? a : b)),
  ),
);
just<Flow<number>>()(
  fromObservable(
    subject,
    policy.conflate(
      (date) => date.getTime(),
      (sum, date) => sum + date.getTime(),
    ),
  ),
);
just<Flow<number>>()(
  fromEvent(
    target,
    "job",
    policy.conflate(
      (event) => event.timeStamp,
      (sum: number) => sum + 1,
    ),
  ),
);
const given: OverflowPolicy<Date, string> = policy.conflate(
  () => "",
  (text, date) => text + date.toJSON(),
);
just<Flow<string>>()(fromObservable(subject, given));
just<Flow<string>>()(fromWebStream(new ReadableStream<string>()));
just<Flow<string>>()(from(new ReadableStream<string>()));

// Inside pipe the type of an item is known without saying it.
just<Flow<string>>()(range(1, 2).pipe(map((n) => n.toFixed(1))));
just<Flow<number>>()(range(1, 2).pipe(filter((n) => n > 1)));
just<Flow<number>>()(range(1, 2).pipe(tap((n) => n.toFixed())));
just<Flow<string>>()(range(1, 2).pipe(scan((text, n) => text + n.toFixed(), "")));
just<Flow<number>>()(range(1, 2).pipe(take(1), prefetch(4), limitDemand(2)));
just<Flow<string>>()(range(1, 2).pipe(mapAsync(async (n) => n.toFixed())));
just<Flow<string>>()(range(1, 2).pipe(mapAsync((n, { signal }) => `${n}${signal.aborted}`)));
just<Flow<string>>()(range(1, 2).pipe(concatMap((n) => [n.toFixed()])));
just<Flow<number>>()(range(1, 2).pipe(onBackpressureDrop({ onDrop: (n) => n.toFixed() })));
just<Flow<number>>()(
  range(1, 2).pipe(onBackpressureBuffer({ capacity: 1, overflow: "dropOldest", onDrop: (n) => n.toFixed() })),
);

just<Flow<number>>()(range(1, 2).pipe(onBackpressureShed({ capacity: 1, priority: (n) => n })));
just<Flow<number>>()(range(1, 2).pipe(onBackpressureCoDel({ capacity: 1, onDrop: (n) => n.toFixed() })));

// A type guard narrows, also over null.
just<Flow<string>>()(of<string | null>("a", null).pipe(filter((item): item is string => item !== null)));

// Joins are typed tuples, of whatever has items.
// Several sources: the union of their items, also of a list of them and beside an empty one.
just<Flow<number | string>>()(merge([range(1, 2), of("a")]));
just<Flow<number | string | boolean>>()(merge([[1], new Set(["a"]), Promise.resolve(true)]));
just<Flow<number>>()(merge([] as Flow<number>[]));
just<Flow<number>>()(merge([range(1, 2), empty()], { concurrency: 1 }));
just<Flow<number | string>>()(concat([range(1, 2), of("a")]));
just<Flow<number | string>>()(mergePrioritized([range(1, 2), of("a")], { weights: [1, 2] }));
just<Flow<string>>()(range(1, 2).pipe(mergeMap((n) => [String(n)])));
// Sources of different items, or of different kinds, from one function.
const oneOf = (n: number) => (n > 0 ? [n] : of("a"));
just<Flow<number | string>>()(range(1, 2).pipe(mergeMap((n) => (n > 0 ? of(n) : of("a")))));
just<Flow<number | string>>()(range(1, 2).pipe(mergeMap(oneOf, { concurrency: 1 })));
just<Flow<number | string>>()(range(1, 2).pipe(concatMap(oneOf)));
just<Flow<number | string>>()(range(1, 2).pipe(switchMap(oneOf)));
just<Flow<number | string>>()(range(1, 2).pipe(exhaustMap(oneOf)));
just<Flow<number | string | null>>()(range(1, 2).pipe(catchError((error) => (error ? ["a"] : of(null)))));
// @ts-expect-error: some of what it returns is no source
range(1, 2).pipe(mergeMap((n) => (n > 0 ? [n] : n)));
just<Flow<number>>()(range(1, 2).pipe(expand((n) => [n + 1], { capacity: 8 })));
// @ts-expect-error: sources that are no array
merge(range(1, 2), range(1, 2));
// @ts-expect-error: no weights
mergePrioritized([range(1, 2)], {});
// @ts-expect-error: no capacity for the items that are found
expand((n: number) => [n], { concurrency: 1 });

just<Flow<[number, string]>>()(zip([range(1, 2), of("a")]));
just<Flow<[number, string, Date]>>()(zip([[1, 2], new Set(["a"]), Promise.resolve(new Date())]));
just<Flow<[number, string | null]>>()(combineLatest([range(1, 2), of<string | null>(null)]));
just<Flow<number[]>>()(zip([] as Flow<number>[]));
just<Flow<[number, string, boolean]>>()(range(1, 2).pipe(withLatestFrom([of("a"), of<boolean>(true)])));
just<Flow<string>>()(range(1, 2).pipe(switchMap((n) => Promise.resolve(n.toFixed()))));
just<Flow<string>>()(range(1, 2).pipe(exhaustMap((n) => [n.toFixed()], { onDrop: (n) => n.toFixed() })));

// Recovery.
just<Flow<number>>()(range(1, 2).pipe(retry({ times: 2 }), repeat()));
just<Flow<number>>()(range(1, 2).pipe(catchError(() => [1])));
just<Flow<number | string>>()(range(1, 2).pipe(catchError(() => ["none"])));
const close = (): void => {};
just<Flow<string>>()(
  using(
    async () => 7,
    (n) => [n.toFixed()],
    close,
  ),
);
just<Flow<string>>()(
  using(
    () => ({ name: "a", [Symbol.dispose]: close }),
    ({ name }) => [name],
  ),
);

// Chains of up to eight, and operators held apart.
const double: Operator<number, number> = map((n) => n * 2);
just<Flow<number>>()(range(1, 2).pipe(double, double, double, double, double, double, double, double));
just<Flow<number>>()(range(1, 2).pipe());
just<Flow<boolean>>()(
  range(1, 2).pipe(
    map((n) => `${n}`),
    filter((text) => text.length > 0),
    map((text) => text.length),
    scan((sum, n) => sum + n, 0),
    map((n) => [n]),
    concatMap((list) => list),
    mapAsync(async (n) => n > 1),
    take(1),
  ),
);

// Ends.
just<Promise<number[]>>()(range(1, 2).toArray());
just<Promise<string>>()(range(1, 2).reduce((text, n) => text + n.toFixed(), ""));
just<Promise<void>>()(range(1, 2).forEach(async (n) => n.toFixed()));
just<AsyncIterableIterator<number>>()(range(1, 2).values());

just<ReadableStream<number>>()(toWebStream(range(1, 2)));
just<Promise<void>>()(toWritableStream(range(1, 2), new WritableStream<number>()));

// A flow is a Publisher and an AsyncIterable.
export const publisher: Publisher<number> = range(1, 2);
export const iterable: AsyncIterable<number> = range(1, 2);

// @ts-expect-error: a map of strings behind numbers
range(1, 2).pipe(map((text: string) => text.length));
// @ts-expect-error: no policy
onBackpressureBuffer({ capacity: 1 });
// @ts-expect-error: no capacity
create<number>(() => {}, { overflow: "error" });
// @ts-expect-error: a policy that is none
onBackpressureBuffer({ capacity: 1, overflow: "drop" });
// @ts-expect-error: a number has no items
from(5);
// @ts-expect-error: a promise is not a function that releases what create has opened
create<number>(async () => {}, { capacity: 1, overflow: "error" });
// @ts-expect-error: a function is no subscriber
range(1, 2).subscribe((n: number) => n);
const seven = (): number => 7;
// @ts-expect-error: a resource that says nothing of its release
using(seven, () => ["a"]);
// @ts-expect-error: sources one by one, where an array is taken
zip(range(1, 2), range(1, 2));
// @ts-expect-error: an array of what has no items
withLatestFrom([5]);
// @ts-expect-error: a jitter that is none
retry({ backoff: { jitter: "some" } });
// @ts-expect-error: events that cannot be slowed, and no policy
fromEvent(target, "job");
// @ts-expect-error: values that cannot be slowed, and no policy
fromObservable(subject);
// @ts-expect-error: a word is no policy, one is made by policy.latest()
fromObservable(subject, "latest");
// @ts-expect-error: a policy for items of another type
fromObservable(subject, policy.drop({ onDrop: (text: string) => text.length }));
// @ts-expect-error: an Observable is no Publisher: fromObservable takes it, with a policy
from(subject);
// @ts-expect-error: the same, where it is not a Subject
from(new Observable<number>());
// @ts-expect-error: a target has no items: fromEvent takes it, with a policy
from(target);
// @ts-expect-error: a buffer as a policy without its capacity
policy.buffer({ overflow: "error" });
// @ts-expect-error: a buffer as a policy without its choice
policy.buffer({ capacity: 1 });
// @ts-expect-error: no capacity
onBackpressureShed({ priority: (n: number) => n });
// @ts-expect-error: no priority
onBackpressureShed({ capacity: 1 });
// @ts-expect-error: no capacity
onBackpressureCoDel({ targetMs: 5 });
// @ts-expect-error: no capacity at all
onBackpressureCoDel();
// @ts-expect-error: a weight for the buffer, and nothing that weighs an item
onBackpressureBuffer({ capacity: { items: 1, weight: 1 }, overflow: "error" });
// @ts-expect-error: something that weighs an item, and no weight for the buffer
onBackpressureBuffer({ capacity: 1, weigh: () => 1, overflow: "error" });
// @ts-expect-error: a weight, and no number of items
onBackpressureBuffer({ capacity: { weight: 1 }, weigh: () => 1, overflow: "error" });
// @ts-expect-error: a stream of strings for numbers
toWritableStream(range(1, 2), new WritableStream<string>());
