// IxJS 7: pulled, synchronous iterables where the work allows it, async iterables where it does not.
import { from as fromAsync, merge, range as rangeAsync } from "ix/asynciterable";
import { flatMap as flatMapAsync } from "ix/asynciterable/operators";
import { range, reduce } from "ix/iterable";
import { filter, flatMap, map, scan, take } from "ix/iterable/operators";
import { add, CONCURRENCY, double, INNER, increment, isEven, partsOf, steps } from "../../local/work.mjs";

const sum = (source) => reduce(source, { callback: add, seed: 0 });

async function sumAsync(source) {
  let total = 0;
  for await (const item of source) total += item;
  return total;
}

export function mapFilterSum(items) {
  return sum(range(0, items).pipe(map(increment), filter(isEven)));
}

export function tenMaps(items) {
  return sum(range(0, items).pipe(...steps.map((step) => map(step))));
}

export function concatRanges(items) {
  return sum(range(0, items / INNER).pipe(flatMap((n) => range(n, INNER))));
}

export function mergeRanges(items) {
  return sumAsync(merge(...partsOf(items).map(({ first, count }) => rangeAsync(first, count))));
}

/** L7: it has no `map` that runs several at once; its way is a flatMap over streams of one item. */
export function mapAsync(items) {
  return sumAsync(rangeAsync(0, items).pipe(flatMapAsync((item) => fromAsync(double(item)), CONCURRENCY)));
}

export function onePipelineEach(items) {
  let total = 0;
  for (let i = 0; i < items; i += 1) {
    for (const item of range(i, 1).pipe(map(increment), filter(isEven))) total += item;
  }
  return total;
}

export function runShape(stages, items) {
  let count = 0;
  for (const _item of range(0, items).pipe(...stages.map(operator))) count += 1;
  return count;
}

function operator(stage) {
  if (stage.kind === "map") return map(stage.fn);
  if (stage.kind === "filter") return filter(stage.fn);
  if (stage.kind === "scan") return scan({ callback: stage.fn, seed: stage.seed });
  return take(stage.count);
}
