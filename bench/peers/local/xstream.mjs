// xstream 11: push without demand, all streams shared. It has no source that counts, so an array made beforehand
// stands in for it, which is a kindness.
import xstream from "xstream";
import flattenAtMost from "xstream/extra/flattenConcurrentlyAtMost.js";
import flattenSequentially from "xstream/extra/flattenSequentially.js";
import {
  add,
  arrayOf,
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

const xs = xstream.default;

/** Adds a listener that sums; the promise settles at the end, which here is often before this returns. */
function sum(stream) {
  return new Promise((resolve, reject) => {
    let total = 0;
    stream.addListener({
      next: (item) => {
        total += item;
      },
      error: reject,
      complete: () => resolve(total),
    });
  });
}

export function mapFilterSum(items) {
  return sum(xs.fromArray(arrayOf(items)).map(increment).filter(isEven));
}

export function tenMaps(items) {
  return sum(steps.reduce((stream, step) => stream.map(step), xs.fromArray(arrayOf(items))));
}

export function concatRanges(items) {
  const inner = arrayOf(INNER);
  const outer = xs.fromArray(Array.from({ length: items / INNER }, (_, n) => n));
  return sum(
    outer.map((n) => xs.fromArray(inner).map((item) => item + n)).compose(flattenSequentially.default),
  );
}

export function mergeRanges(items) {
  const all = arrayOf(items);
  return sum(
    xs.merge(...partsOf(items).map(({ first, count }) => xs.fromArray(all.slice(first, first + count)))),
  );
}

export function mapAsync(items) {
  return sum(
    xs
      .fromArray(arrayOf(items))
      .map((item) => xs.fromPromise(double(item)))
      .compose(flattenAtMost.default(CONCURRENCY)),
  );
}

export function slowConsumer(items, gauge) {
  const step = async (item) => {
    await nextTurn();
    gauge.consume();
    return item;
  };
  return sum(
    xs
      .fromArray(arrayOf(items))
      .map((item) => {
        gauge.produce();
        return xs.fromPromise(Promise.resolve(item).then(step));
      })
      .compose(flattenSequentially.default),
  );
}

export function onePipelineEach(items) {
  let total = 0;
  for (let i = 0; i < items; i += 1) {
    xs.of(i)
      .map(increment)
      .filter(isEven)
      .addListener({
        next: (item) => {
          total += item;
        },
      });
  }
  return total;
}

export function hotToMany(items) {
  const stream = xs.create();
  const sums = new Array(LISTENERS).fill(0);
  sums.forEach((_, index) => {
    stream.addListener({
      next: (item) => {
        sums[index] += item;
      },
    });
  });
  for (let i = 0; i < items; i += 1) stream.shamefullySendNext(i);
  stream.shamefullySendComplete();
  return sums.reduce(add);
}

export function idle(count) {
  const consumer = { next: () => {} };
  return Array.from({ length: count }, () =>
    xs.never().map(increment).filter(isEven).map(increment).fold(add, 0).take(count).subscribe(consumer),
  );
}

export function runShape(stages, items) {
  let count = 0;
  stages.reduce(link, xs.fromArray(arrayOf(items))).addListener({
    next: () => {
      count += 1;
    },
  });
  return count;
}

function link(stream, stage) {
  if (stage.kind === "map") return stream.map(stage.fn);
  if (stage.kind === "filter") return stream.filter(stage.fn);
  if (stage.kind === "scan") return stream.fold(stage.fn, stage.seed);
  return stream.take(stage.count);
}
