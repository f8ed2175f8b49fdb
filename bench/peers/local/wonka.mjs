// wonka 6: callbags. A source is asked for one item at a time and pushes it on the same stack. It has no source
// that counts, so an array made beforehand stands in for it, which is a kindness.
import {
  concatMap,
  filter,
  forEach,
  fromArray,
  fromPromise,
  fromValue,
  makeSubject,
  map,
  merge,
  mergeMap,
  never,
  onEnd,
  pipe,
  scan,
  share,
  subscribe,
  take,
} from "wonka";
import {
  add,
  arrayOf,
  double,
  INNER,
  increment,
  isEven,
  LISTENERS,
  partsOf,
  steps,
} from "../../local/work.mjs";

function sum(...stages) {
  let total = 0;
  pipe(
    ...stages,
    forEach((item) => {
      total += item;
    }),
  );
  return total;
}

export function mapFilterSum(items) {
  return sum(fromArray(arrayOf(items)), map(increment), filter(isEven));
}

export function tenMaps(items) {
  return sum(fromArray(arrayOf(items)), ...steps.map((step) => map(step)));
}

export function concatRanges(items) {
  const inner = arrayOf(INNER);
  const rangeFrom = (n) => map((item) => item + n)(fromArray(inner));
  return sum(fromArray(Array.from({ length: items / INNER }, (_, n) => n)), concatMap(rangeFrom));
}

export function mergeRanges(items) {
  const all = arrayOf(items);
  return sum(merge(partsOf(items).map(({ first, count }) => fromArray(all.slice(first, first + count)))));
}

/** L7: it has no bound on how many run at once: all of them do. */
export function mapAsync(items) {
  let total = 0;
  return new Promise((resolve) => {
    pipe(
      fromArray(arrayOf(items)),
      mergeMap((item) => fromPromise(double(item))),
      onEnd(() => resolve(total)),
      forEach((item) => {
        total += item;
      }),
    );
  });
}

export function onePipelineEach(items) {
  let total = 0;
  for (let i = 0; i < items; i += 1) {
    pipe(
      fromValue(i),
      map(increment),
      filter(isEven),
      subscribe((item) => {
        total += item;
      }),
    );
  }
  return total;
}

export function hotToMany(items) {
  const { source, next, complete } = makeSubject();
  const shared = share(source);
  const sums = new Array(LISTENERS).fill(0);
  sums.forEach((_, index) => {
    pipe(
      shared,
      forEach((item) => {
        sums[index] += item;
      }),
    );
  });
  for (let i = 0; i < items; i += 1) next(i);
  complete();
  return sums.reduce(add);
}

export function idle(count) {
  const consumer = () => {};
  return Array.from({ length: count }, () =>
    pipe(
      never,
      map(increment),
      filter(isEven),
      map(increment),
      scan(add, 0),
      take(count),
      subscribe(consumer),
    ),
  );
}

export function runShape(stages, items) {
  let count = 0;
  pipe(
    fromArray(arrayOf(items)),
    ...stages.map(operator),
    forEach(() => {
      count += 1;
    }),
  );
  return count;
}

function operator(stage) {
  if (stage.kind === "map") return map(stage.fn);
  if (stage.kind === "filter") return filter(stage.fn);
  if (stage.kind === "scan") return scan(stage.fn, stage.seed);
  return take(stage.count);
}
