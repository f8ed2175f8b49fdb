// Sluice by its public door, written as its documentation writes it.
import {
  broadcast,
  concatMap,
  filter,
  map,
  mapAsync as mapAsyncOf,
  merge,
  never,
  of,
  prefetch,
  range,
  scan,
  take,
  tap,
} from "@sluice/core";
import {
  add,
  CONCURRENCY,
  double,
  INNER,
  increment,
  isEven,
  LISTENERS,
  LOW_WATER,
  nextTurn,
  partsOf,
  steps,
  WINDOW,
} from "../work.mjs";

export function mapFilterSum(items) {
  return range(0, items).pipe(map(increment), filter(isEven)).reduce(add, 0);
}

/** L1b: a subscriber of plain Reactive Streams: 256 granted, 192 more each time 192 were taken. */
export function mapFilterSumOnDemand(items) {
  return new Promise((resolve, reject) => {
    let sum = 0;
    let taken = 0;
    let upstream;
    range(0, items)
      .pipe(map(increment), filter(isEven))
      .subscribe({
        onSubscribe: (subscription) => {
          upstream = subscription;
          subscription.request(WINDOW);
        },
        onNext: (item) => {
          sum += item;
          taken += 1;
          if (taken === LOW_WATER) {
            taken = 0;
            upstream.request(LOW_WATER);
          }
        },
        onError: reject,
        onComplete: () => resolve(sum),
      });
  });
}

/** L1r: one item requested at a time, the next one from within onNext. */
export function mapFilterSumOneByOne(items) {
  return new Promise((resolve, reject) => {
    let sum = 0;
    let upstream;
    range(0, items)
      .pipe(map(increment), filter(isEven))
      .subscribe({
        onSubscribe: (subscription) => {
          upstream = subscription;
          subscription.request(1);
        },
        onNext: (item) => {
          sum += item;
          upstream.request(1);
        },
        onError: reject,
        onComplete: () => resolve(sum),
      });
  });
}

export function tenMaps(items) {
  return range(0, items)
    .pipe(...steps.map((step) => map(step)))
    .reduce(add, 0);
}

export function concatRanges(items) {
  return range(0, items / INNER)
    .pipe(concatMap((n) => range(n, INNER)))
    .reduce(add, 0);
}

export function mergeRanges(items) {
  return merge(partsOf(items).map(({ first, count }) => range(first, count))).reduce(add, 0);
}

export function mapAsync(items) {
  return range(0, items)
    .pipe(mapAsyncOf(double, { concurrency: CONCURRENCY }))
    .reduce(add, 0);
}

export function mapAsyncUnordered(items) {
  return range(0, items)
    .pipe(mapAsyncOf(double, { concurrency: CONCURRENCY, ordered: false }))
    .reduce(add, 0);
}

/** L8: made, subscribed and ended within one turn, by the subscriber of a program that wants no promise. */
export function onePipelineEach(items) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    of(i)
      .pipe(map(increment), filter(isEven))
      .subscribe({
        onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
        onNext: (item) => {
          sum += item;
        },
        onError: fail,
        onComplete: ended,
      });
  }
  return sum;
}

export async function hotToMany(items) {
  const hub = broadcast({ capacity: WINDOW });
  const sums = Array.from({ length: LISTENERS }, () => hub.reduce(add, 0));
  for (let i = 0; i < items; i += 1) hub.tryEmit(i);
  hub.complete();
  return (await Promise.all(sums)).reduce(add);
}

/** L9 by plain subscribers that keep their sum in a variable beside `onNext`, as @most/core's `tap` has to. */
export async function hotToSubscribers(items) {
  const hub = broadcast({ capacity: WINDOW });
  const sums = Array.from({ length: LISTENERS }, () => sumBySubscriber(hub));
  for (let i = 0; i < items; i += 1) hub.tryEmit(i);
  hub.complete();
  return (await Promise.all(sums)).reduce(add);
}

function sumBySubscriber(flow) {
  let total = 0;
  return new Promise((resolve, reject) => {
    flow.subscribe({
      onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
      onNext: (item) => {
        total += item;
      },
      onError: reject,
      onComplete: () => resolve(total),
    });
  });
}

/** L11: subscribed, asked for everything, and nothing comes. */
export function idle(count) {
  const held = [];
  const consumer = {
    onSubscribe: (subscription) => {
      held.push(subscription);
      subscription.request(Number.POSITIVE_INFINITY);
    },
    onNext: ended,
    onError: fail,
    onComplete: ended,
  };
  for (let i = 0; i < count; i += 1) {
    never()
      .pipe(map(increment), filter(isEven), map(increment), scan(add, 0), take(count))
      .subscribe(consumer);
  }
  return held;
}

const ended = () => {};
const fail = (error) => {
  throw error;
};

export function boundary(items) {
  return range(0, items).pipe(prefetch(WINDOW)).reduce(add, 0);
}

export async function slowConsumer(items, gauge) {
  let sum = 0;
  await range(0, items)
    .pipe(tap(() => gauge.produce()))
    .forEach(
      async (item) => {
        await nextTurn();
        gauge.consume();
        sum += item;
      },
      { prefetch: WINDOW },
    );
  return sum;
}

export function runShape(stages, items) {
  return range(0, items)
    .pipe(...stages.map(operator))
    .reduce((count) => count + 1, 0);
}

function operator(stage) {
  if (stage.kind === "map") return map(stage.fn);
  if (stage.kind === "filter") return filter(stage.fn);
  if (stage.kind === "scan") return scan(stage.fn, stage.seed);
  return take(stage.count);
}
