// THE table of what the conformance kit judges: every file of source/, operator/, overflow/ and sink/ has a
// row, and a file without one fails the checks (scripts/check-conformance-table.mjs). To add an operator, add
// a row; vitest (conformance.test.ts) and `pnpm tck` (run-tck.ts) both read it.

import type { Check, OperatorSubject, PublisherSubject, SubscriberSubject } from "@sluice/tck";
import { operatorChecks, publisherChecks, subscriberChecks } from "@sluice/tck";
import type { Flow, Operator } from "../src/flow/flow.js";
import { setFusion } from "../src/kit/unfused.js";
import { concatMap } from "../src/operator/concat-map.js";
import { filter } from "../src/operator/filter.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { mapAsync } from "../src/operator/map-async.js";
import { prefetch } from "../src/operator/prefetch.js";
import { scan } from "../src/operator/scan.js";
import { take } from "../src/operator/take.js";
import { tap } from "../src/operator/tap.js";
import { onBackpressureBuffer } from "../src/overflow/on-backpressure-buffer.js";
import { onBackpressureDrop } from "../src/overflow/on-backpressure-drop.js";
import { onBackpressureError } from "../src/overflow/on-backpressure-error.js";
import { onBackpressureLatest } from "../src/overflow/on-backpressure-latest.js";
import { create } from "../src/source/create.js";
import { defer } from "../src/source/defer.js";
import { empty } from "../src/source/empty.js";
import { fail } from "../src/source/fail.js";
import { from } from "../src/source/from.js";
import { fromAsyncIterable } from "../src/source/from-async-iterable.js";
import { fromIterable } from "../src/source/from-iterable.js";
import { fromPromise } from "../src/source/from-promise.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { never } from "../src/source/never.js";
import { of } from "../src/source/of.js";
import { range } from "../src/source/range.js";
import type { Publisher } from "../src/spec/publisher.js";

/** One way to use one file: a source, an operator (with what differs from a plain one), or the end of a pipe. */
export type Row =
  | { readonly file: string; readonly name: string; readonly source: PublisherSubject }
  | { readonly file: string; readonly name: string; readonly operator: OperatorRow }
  | { readonly file: string; readonly name: string; readonly sink: SubscriberSubject<number> };

/** An operator over numbers. */
interface OperatorRow extends Omit<OperatorSubject<number, unknown>, "apply" | "item"> {
  readonly apply: Operator<number, unknown>;
}

const item = (index: number): number => index;
const failure = new Error("the source failed");
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const sources: Row[] = [
  { file: "source/empty", name: "empty()", source: { create: () => empty(), maxCount: 0 } },
  { file: "source/never", name: "never()", source: { create: () => never(), maxCount: 0, ends: "never" } },
  {
    file: "source/fail",
    name: "fail(error)",
    source: { create: () => fail(failure), createFailed: () => fail(failure), maxCount: 0, ends: "error" },
  },
  { file: "source/range", name: "range", source: { create: (count) => range(0, count), item } },
  {
    file: "source/of",
    name: "of",
    source: {
      create: (count) => of(...numbers(count)),
      createOf: (items) => of(...items),
      maxCount: 20_000,
      item,
    },
  },
  {
    file: "source/from",
    name: "from(set)",
    source: {
      create: (count) => from(new Set(numbers(count))),
      endsWithoutDemand: false,
      maxCount: 20_000,
      item,
    },
  },
  {
    file: "source/from-iterable",
    name: "fromIterable(array)",
    source: {
      create: (count) => fromIterable(numbers(count)),
      createOf: (items) => fromIterable(items),
      item,
    },
  },
  {
    file: "source/from-iterable",
    name: "fromIterable(generator)",
    source: {
      create: (count) => fromIterable({ [Symbol.iterator]: () => generate(count) }),
      createFailed: () => fromIterable({ [Symbol.iterator]: () => generate(0, failure) }),
      createOf: (items) => fromIterable(items.values()),
      endsWithoutDemand: false,
      item,
    },
  },
  {
    file: "source/from-async-iterable",
    name: "fromAsyncIterable",
    source: {
      create: (count) => fromAsyncIterable({ [Symbol.asyncIterator]: () => generateAsync(count) }),
      createFailed: () => fromAsyncIterable({ [Symbol.asyncIterator]: () => generateAsync(0, failure) }),
      endsWithoutDemand: false,
      item,
    },
  },
  {
    file: "source/from-promise",
    name: "fromPromise",
    source: {
      create: () => fromPromise(Promise.resolve(0)),
      createFailed: () => fromPromise(Promise.reject(failure)),
      minCount: 1,
      maxCount: 1,
      item,
    },
  },
  {
    file: "source/defer",
    name: "defer",
    source: {
      create: (count) => defer(() => range(0, count)),
      item,
      createFailed: () =>
        defer(() => {
          throw failure;
        }),
    },
  },
  {
    file: "source/create",
    name: "create, all at once",
    source: {
      create: (count) =>
        create(
          (emitter) => {
            for (let n = 0; n < count; n++) emitter.next(n);
            emitter.complete();
          },
          { capacity: 20_000, overflow: "error" },
        ),
      createFailed: () => create((emitter) => emitter.error(failure), { capacity: 1, overflow: "error" }),
      maxCount: 20_000,
      item,
    },
  },
  {
    file: "source/create",
    name: "create, one a turn",
    source: {
      create: (count) =>
        create(
          (emitter) => {
            let next = 0;
            const tick = (): void => {
              if (emitter.signal.aborted) return;
              if (next === count) emitter.complete();
              else {
                emitter.next(next++);
                queueMicrotask(tick);
              }
            };
            queueMicrotask(tick);
          },
          { capacity: 1000, overflow: "dropNewest" },
        ),
      createFailed: () =>
        create(
          () => {
            throw failure;
          },
          { capacity: 1, overflow: "error" },
        ),
      maxCount: 1000,
      item,
    },
  },
  { file: "source/from-publisher", name: "fromPublisher", operator: { apply: fromPublisher, yields: item } },
];

const operators: Row[] = [
  {
    file: "operator/map",
    name: "map",
    operator: { apply: map((n: number) => n * 3), yields: (index) => index * 3 },
  },
  {
    file: "operator/filter",
    name: "filter, all pass",
    operator: { apply: filter(() => true), yields: item },
  },
  {
    file: "operator/filter",
    name: "filter, every second passes",
    operator: {
      apply: filter((n: number) => n % 2 === 0),
      needs: (count) => count * 2,
      yields: (index) => index * 2,
    },
  },
  { file: "operator/tap", name: "tap", operator: { apply: tap(() => {}), yields: item } },
  {
    file: "operator/scan",
    name: "scan",
    operator: {
      apply: scan((sum: number, n: number) => sum + n, 0),
      yields: (index) => (index * (index + 1)) / 2,
    },
  },
  {
    file: "operator/take",
    name: "take(a million)",
    operator: { apply: take<number>(1_000_000), yields: item },
  },
  {
    file: "operator/take",
    name: "take(3)",
    operator: { apply: take<number>(3), stopsAfter: 3, yields: item, publisher: { maxCount: 3 } },
  },
  {
    file: "operator/map-async",
    name: "mapAsync",
    operator: { apply: mapAsync(async (n: number) => n), ahead: 16, yields: item },
  },
  {
    file: "operator/map-async",
    name: "mapAsync, one at a time",
    operator: { apply: mapAsync(async (n: number) => n, { concurrency: 1 }), ahead: 1, yields: item },
  },
  {
    file: "operator/map-async",
    name: "mapAsync, unordered",
    operator: { apply: mapAsync(async (n: number) => n, { concurrency: 4, ordered: false }), ahead: 4 },
  },
  {
    file: "operator/map-async",
    name: "mapAsync of plain values",
    operator: { apply: mapAsync((n: number) => n, { concurrency: 4 }), ahead: 4, yields: item },
  },
  {
    file: "operator/prefetch",
    name: "prefetch",
    operator: { apply: prefetch<number>(), ahead: 256, outstanding: 256, yields: item },
  },
  {
    file: "operator/prefetch",
    name: "prefetch(1)",
    operator: { apply: prefetch<number>(1), ahead: 1, outstanding: 1, yields: item },
  },
  {
    file: "operator/limit-demand",
    name: "limitDemand(3)",
    operator: { apply: limitDemand<number>(3), outstanding: 3, yields: item },
  },
  {
    file: "operator/concat-map",
    name: "concatMap to one",
    operator: { apply: concatMap((n: number) => of(n)), ahead: 1, yields: item },
  },
  {
    file: "operator/concat-map",
    name: "concatMap to one or none",
    operator: {
      apply: concatMap((n: number) => (n % 2 === 0 ? [n] : empty())),
      needs: (count) => count * 2,
      yields: (index) => index * 2,
      ahead: 1,
    },
  },
  {
    file: "operator/concat-map",
    name: "concatMap to promises",
    operator: { apply: concatMap((n: number) => Promise.resolve(n)), ahead: 1, yields: item },
  },
];

const overflow: Row[] = [
  ...(["error", "dropOldest", "dropNewest"] as const).map((policy): Row => {
    const apply = onBackpressureBuffer<number>({ capacity: 20_000, overflow: policy });
    return {
      file: "overflow/on-backpressure-buffer",
      name: `onBackpressureBuffer, ${policy}, with room`,
      operator: { apply, ahead: Number.POSITIVE_INFINITY, yields: item, publisher: { maxCount: 20_000 } },
    };
  }),
  ...(["dropOldest", "dropNewest"] as const).map((policy): Row => {
    const apply = onBackpressureBuffer<number>({ capacity: 2, overflow: policy });
    return {
      file: "overflow/on-backpressure-buffer",
      name: `onBackpressureBuffer, ${policy}, too small`,
      operator: { apply, ahead: Number.POSITIVE_INFINITY, publisher: { lossy: true } },
    };
  }),
  {
    file: "overflow/on-backpressure-drop",
    name: "onBackpressureDrop",
    operator: { apply: onBackpressureDrop(), ahead: Number.POSITIVE_INFINITY, publisher: { lossy: true } },
  },
  {
    file: "overflow/on-backpressure-latest",
    name: "onBackpressureLatest",
    operator: { apply: onBackpressureLatest(), ahead: Number.POSITIVE_INFINITY, publisher: { lossy: true } },
  },
  {
    file: "overflow/on-backpressure-error",
    name: "onBackpressureError",
    operator: {
      apply: onBackpressureError(),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true, minCount: 1, ends: "error" },
    },
  },
];

const sinks: Row[] = [
  {
    file: "sink/to-array",
    name: "toArray",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const ended = fromPublisher(publisher)
          .toArray({ signal: stop.signal })
          .then((items) => received.push(...items));
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/reduce",
    name: "reduce",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const push = (count: number, n: number): number => count + (received.push(n) > 0 ? 1 : 0);
        const ended = fromPublisher(publisher).reduce(push, 0, { signal: stop.signal });
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/for-each",
    name: "forEach",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const push = async (n: number): Promise<void> => void received.push(n);
        const ended = fromPublisher(publisher).forEach(push, { signal: stop.signal, prefetch: 8 });
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/for-each",
    name: "forEach that throws at the third item",
    sink: {
      item,
      stopsAfter: 3,
      consume: (publisher) => {
        let seen = 0;
        const count = (): void => {
          seen++;
          if (seen === 3) throw new Error("enough");
        };
        return { ended: fromPublisher(publisher).forEach(count, { prefetch: 8 }) };
      },
    },
  },
  {
    file: "sink/to-async-iterable",
    name: "for await",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const read = async (): Promise<void> => {
          for await (const n of fromPublisher(publisher).values({ prefetch: 8, signal: stop.signal })) {
            received.push(n);
          }
        };
        return { ended: read(), cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/to-async-iterable",
    name: "for await, left by break",
    sink: {
      item,
      stopsAfter: 3,
      consume: (publisher) => {
        const read = async (): Promise<void> => {
          let seen = 0;
          for await (const _ of fromPublisher(publisher).values({ prefetch: 8 })) {
            seen++;
            if (seen === 3) break;
          }
        };
        return { ended: read() };
      },
    },
  },
  {
    file: "sink/subscribe",
    name: "subscribe with a signal",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const ended = new Promise<void>((resolve, reject) => {
          fromPublisher(publisher).subscribe(
            {
              onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
              onNext: (n) => void received.push(n),
              onError: reject,
              onComplete: resolve,
            },
            { signal: stop.signal },
          );
        });
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
];

/** The table. */
export const rows: readonly Row[] = [...sources, ...operators, ...overflow, ...sinks];

/** Whether per-item stages are collapsed; it must never show except in time. */
export type Mode = "fused" | "unfused";

/** All that is asked of a row in one mode, each with the circumstances it is asked in. */
export function checksOf(row: Row, mode: Mode): { readonly among: string; readonly checks: Check[] }[] {
  const inMode = (checks: Check[]): Check[] =>
    checks.map((check) => ({ ...check, run: () => runIn(mode, check) }));
  if ("sink" in row)
    return [{ among: "over a foreign publisher", checks: inMode(subscriberChecks(row.sink)) }];
  if ("source" in row) {
    const { source } = row;
    return [
      { among: "alone", checks: inMode(publisherChecks(source)) },
      { among: "before stages", checks: inMode(publisherChecks(beforeStages(source))) },
    ];
  }
  return [
    {
      among: "over a foreign publisher",
      checks: inMode(
        operatorChecks<number, unknown>({
          ...row.operator,
          apply: (upstream) => fromPublisher(upstream).pipe(row.operator.apply),
          item,
        }),
      ),
    },
    { among: "over range", checks: inMode(publisherChecks(over(row.operator, row.operator.apply))) },
    {
      among: "between stages",
      checks: inMode(
        publisherChecks(
          over(row.operator, (upstream) => within(upstream.pipe(map(same), row.operator.apply))),
        ),
      ),
    },
  ];
}

const same = <T>(value: T): T => value;
const within = (upstream: Publisher<unknown>): Publisher<unknown> =>
  fromPublisher(upstream).pipe(
    map(same),
    tap(() => {}),
  );

/** The same source with stages behind it that change nothing. */
function beforeStages(source: PublisherSubject): PublisherSubject {
  const { create: make, createFailed, createOf } = source;
  return {
    ...source,
    create: (count) => within(make(count)),
    ...(createFailed && { createFailed: () => within(createFailed()) }),
    ...(createOf && { createOf: (items: readonly unknown[]) => within(createOf(items)) }),
  };
}

/** The operator as a publisher, over a source of ours. */
function over(row: OperatorRow, apply: (upstream: Flow<number>) => Publisher<unknown>): PublisherSubject {
  return {
    ...row.publisher,
    ...(row.yields && { item: row.yields }),
    create: (count) => apply(range(0, row.needs?.(count) ?? count)),
    createFailed: () => apply(fail<number>(failure)),
  };
}

/** Read when something is subscribed, also within the check, so it holds for as long as the check runs. */
async function runIn(mode: Mode, check: Check): Promise<void> {
  setFusion(mode === "fused");
  try {
    await check.run();
  } finally {
    setFusion(true);
  }
}

function* generate(count: number, error?: Error): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
  if (error !== undefined) throw error;
}

async function* generateAsync(count: number, error?: Error): AsyncGenerator<number> {
  yield* generate(count, error);
}
