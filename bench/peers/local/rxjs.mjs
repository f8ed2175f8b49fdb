// RxJS 7: push without demand. At an asynchronous boundary (observeOn) and before a slow consumer (concatMap)
// its queues grow with the source.
import {
  asapScheduler,
  concatMap,
  filter,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  NEVER,
  observeOn,
  of,
  range,
  reduce,
  Subject,
  scan,
  take,
  tap,
} from "rxjs";
import {
  add,
  CONCURRENCY,
  double,
  INNER,
  increment,
  isEven,
  LISTENERS,
  nextTurn,
  partsOf,
  steps,
} from "../../local/work.mjs";

export function mapFilterSum(items) {
  let sum = 0;
  range(0, items)
    .pipe(map(increment), filter(isEven), reduce(add, 0))
    .subscribe((total) => {
      sum = total;
    });
  return sum;
}

export function boundary(items) {
  return lastValueFrom(range(0, items).pipe(observeOn(asapScheduler), reduce(add, 0)));
}

export function slowConsumer(items, gauge) {
  const step = async (item) => {
    await nextTurn();
    gauge.consume();
    return item;
  };
  return lastValueFrom(
    range(0, items).pipe(
      tap(() => gauge.produce()),
      concatMap(step),
      reduce(add, 0),
    ),
  );
}

export function tenMaps(items) {
  return lastValueFrom(range(0, items).pipe(...steps.map((step) => map(step)), reduce(add, 0)));
}

export function concatRanges(items) {
  return lastValueFrom(
    range(0, items / INNER).pipe(
      concatMap((n) => range(n, INNER)),
      reduce(add, 0),
    ),
  );
}

export function mergeRanges(items) {
  const sources = partsOf(items).map(({ first, count }) => range(first, count));
  return lastValueFrom(merge(...sources).pipe(reduce(add, 0)));
}

export function mapAsync(items) {
  return lastValueFrom(range(0, items).pipe(mergeMap(double, CONCURRENCY), reduce(add, 0)));
}

export function onePipelineEach(items) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    of(i)
      .pipe(map(increment), filter(isEven))
      .subscribe((item) => {
        sum += item;
      });
  }
  return sum;
}

export function hotToMany(items) {
  const subject = new Subject();
  const sums = new Array(LISTENERS).fill(0);
  sums.forEach((_, index) => {
    subject.subscribe((item) => {
      sums[index] += item;
    });
  });
  for (let i = 0; i < items; i += 1) subject.next(i);
  subject.complete();
  return sums.reduce(add);
}

export function idle(count) {
  const consumer = { next: () => {} };
  return Array.from({ length: count }, () =>
    NEVER.pipe(map(increment), filter(isEven), map(increment), scan(add, 0), take(count)).subscribe(consumer),
  );
}

export function runShape(stages, items) {
  let count = 0;
  range(0, items)
    .pipe(...stages.map(operator))
    .subscribe(() => {
      count += 1;
    });
  return count;
}

function operator(stage) {
  if (stage.kind === "map") return map(stage.fn);
  if (stage.kind === "filter") return filter(stage.fn);
  if (stage.kind === "scan") return scan(stage.fn, stage.seed);
  return take(stage.count);
}
