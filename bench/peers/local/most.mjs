// @most/core 1.6: push without demand, stages fused when the stream is built. It has no synchronous source of
// its own, so `range` below is a task of its scheduler that loops, as its array sources do.
import most from "@most/core";
import scheduler from "@most/scheduler";
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

const { concatMap, delay, filter, fromPromise, map, mergeArray, mergeMapConcurrently, multicast } = most;
const { never, now, runEffects, scan, take, tap } = most;
const { asap, newDefaultScheduler } = scheduler;
const clock = newDefaultScheduler();

async function sum(stream) {
  let total = 0;
  const onItem = (item) => {
    total += item;
  };
  await runEffects(tap(onItem, stream), clock);
  return total;
}

export function mapFilterSum(items) {
  return sum(filter(isEven, map(increment, range(items))));
}

export function tenMaps(items) {
  return sum(steps.reduce((stream, step) => map(step, stream), range(items)));
}

export function concatRanges(items) {
  return sum(concatMap((n) => range(INNER, n), range(items / INNER)));
}

export function mergeRanges(items) {
  return sum(mergeArray(partsOf(items).map(({ first, count }) => range(count, first))));
}

export function mapAsync(items) {
  return sum(mergeMapConcurrently((item) => fromPromise(double(item)), CONCURRENCY, range(items)));
}

/** L8: its streams only run from its scheduler, so all pipelines are started and then awaited together. */
export async function onePipelineEach(items) {
  let total = 0;
  const onItem = (item) => {
    total += item;
  };
  const runs = [];
  for (let i = 0; i < items; i += 1) {
    runs.push(runEffects(tap(onItem, filter(isEven, map(increment, now(i)))), clock));
  }
  await Promise.all(runs);
  return total;
}

export async function hotToMany(items) {
  const shared = multicast(range(items));
  const sums = await Promise.all(Array.from({ length: LISTENERS }, () => sum(shared)));
  return sums.reduce(add);
}

export function idle(count) {
  const consumer = () => {};
  const pipeline = () => take(count, scan(add, 0, map(increment, filter(isEven, map(increment, never())))));
  return Array.from({ length: count }, () => runEffects(tap(consumer, pipeline()), clock));
}

/** L5: `delay` is its asynchronous boundary (0 would be left out): a task of its scheduler an item, no bound. */
export function boundary(items) {
  return sum(delay(1, range(items)));
}

export async function slowConsumer(items, gauge) {
  let sum = 0;
  const step = async (item) => {
    await nextTurn();
    gauge.consume();
    sum += item;
  };
  const source = tap(() => gauge.produce(), range(items));
  await runEffects(
    concatMap((item) => fromPromise(step(item)), source),
    clock,
  );
  return sum;
}

export async function runShape(stages, items) {
  await runEffects(stages.reduce(link, range(items)), clock);
}

function link(stream, stage) {
  if (stage.kind === "map") return map(stage.fn, stream);
  if (stage.kind === "filter") return filter(stage.fn, stream);
  if (stage.kind === "scan") return scan(stage.fn, stage.seed, stream);
  return take(stage.count, stream);
}

function range(items, first = 0) {
  return { run: (sink, at) => asap(new RangeTask(sink, first, first + items), at) };
}

class RangeTask {
  constructor(sink, first, end) {
    this.sink = sink;
    this.first = first;
    this.end = end;
    this.active = true;
  }

  run(time) {
    for (let i = this.first; i < this.end && this.active; i += 1) this.sink.event(time, i);
    if (this.active) this.sink.end(time);
  }

  error(time, error) {
    this.sink.error(time, error);
  }

  dispose() {
    this.active = false;
  }
}
