// Sources.

import { asapScheduler, range as rxRange, throwError } from "rxjs";
import { create } from "../../src/source/create.js";
import { defer } from "../../src/source/defer.js";
import { empty } from "../../src/source/empty.js";
import { fail } from "../../src/source/fail.js";
import { from } from "../../src/source/from.js";
import { fromAsyncIterable } from "../../src/source/from-async-iterable.js";
import { type EventSource, fromEvent } from "../../src/source/from-event.js";
import { fromIterable } from "../../src/source/from-iterable.js";
import { fromObservable } from "../../src/source/from-observable.js";
import { fromPromise } from "../../src/source/from-promise.js";
import { fromPublisher } from "../../src/source/from-publisher.js";
import { fromWebStream } from "../../src/source/from-web-stream.js";
import { never } from "../../src/source/never.js";
import { of } from "../../src/source/of.js";
import { range } from "../../src/source/range.js";
import { policy } from "../../src/policy/policy.js";
import { failure, item, numbers, type Row } from "./row.js";

export const sources: Row[] = [
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
  {
    file: "source/from-event",
    name: "fromEvent, all at once",
    source: {
      create: (count) =>
        fromEvent(new Burst(count), "", policy.buffer({ capacity: 20_000, overflow: "error" })),
      ends: "never",
      maxCount: 20_000,
      item,
    },
  },
  {
    file: "source/from-event",
    name: "fromEvent, latest",
    source: {
      create: (count) => fromEvent(new Burst(count), "", policy.latest()),
      ends: "never",
      lossy: true,
    },
  },
  {
    file: "source/from-event",
    name: "fromEvent, shed",
    source: {
      create: (count) =>
        fromEvent(new Burst(count), "", policy.shed({ capacity: 20_000, priority: () => 1 })),
      ends: "never",
      maxCount: 20_000,
      item,
    },
  },
  {
    file: "source/from-observable",
    name: "fromObservable, conflated",
    source: {
      create: (count) =>
        fromObservable(
          rxRange(0, count),
          policy.conflate((_, n) => n),
        ),
      createFailed: () =>
        fromObservable(
          throwError(() => failure),
          policy.conflate((_, n) => n),
        ),
      lossy: true,
    },
  },
  {
    file: "source/from-observable",
    name: "fromObservable, all at once",
    source: {
      create: (count) =>
        fromObservable(rxRange(0, count), policy.buffer({ capacity: 20_000, overflow: "error" })),
      createFailed: () =>
        fromObservable(
          throwError(() => failure),
          policy.error(),
        ),
      maxCount: 20_000,
      item,
    },
  },
  {
    file: "source/from-observable",
    name: "fromObservable, one a turn",
    source: {
      create: (count) =>
        fromObservable(
          rxRange(0, count, asapScheduler),
          policy.buffer({ capacity: 1000, overflow: "dropNewest" }),
        ),
      createFailed: () =>
        fromObservable(
          throwError(() => failure, asapScheduler),
          policy.error(),
        ),
      maxCount: 1000,
      item,
    },
  },
  {
    file: "source/from-web-stream",
    name: "fromWebStream",
    source: {
      create: (count) => fromWebStream(streamOf(count)),
      createFailed: () => fromWebStream(streamOf(0, failure)),
      endsWithoutDemand: false,
      subscribers: "one",
      item,
    },
  },
  {
    file: "source/from-publisher",
    name: "fromPublisher",
    operator: { apply: fromPublisher, yields: item, passesAny: true },
  },
];

function* generate(count: number, error?: Error): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
  if (error !== undefined) throw error;
}

async function* generateAsync(count: number, error?: Error): AsyncGenerator<number> {
  yield* generate(count, error);
}

/** A target that sends all its events as soon as it is listened to. */
class Burst implements EventSource<number> {
  private readonly count: number;
  private readonly listeners = new Set<(event: number) => void>();

  constructor(count: number) {
    this.count = count;
  }

  addEventListener(_: string, listener: (event: number) => void): void {
    this.listeners.add(listener);
    for (let n = 0; n < this.count && this.listeners.has(listener); n++) listener(n);
  }

  removeEventListener(_: string, listener: (event: number) => void): void {
    this.listeners.delete(listener);
  }
}

/** A web stream that makes its chunks as they are read. */
function streamOf(count: number, error?: Error): ReadableStream<number> {
  let next = 0;
  return new ReadableStream<number>(
    {
      pull(controller) {
        if (next < count) controller.enqueue(next++);
        else if (error === undefined) controller.close();
        else controller.error(error);
      },
    },
    { highWaterMark: 0 },
  );
}
