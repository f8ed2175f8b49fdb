// @most/core 1.6: push without demand, stages fused when the stream is built. It has no synchronous source of
// its own, so `range` below is a task of its scheduler that loops, as its array sources do.
import most from "@most/core";
import scheduler from "@most/scheduler";
import { increment, isEven, nextTurn } from "../../local/work.mjs";

const { concatMap, delay, filter, fromPromise, map, runEffects, scan, take, tap } = most;
const { asap, newDefaultScheduler } = scheduler;
const clock = newDefaultScheduler();

export async function mapFilterSum(items) {
  let sum = 0;
  const onItem = (item) => {
    sum += item;
  };
  await runEffects(tap(onItem, filter(isEven, map(increment, range(items)))), clock);
  return sum;
}

/** L5: `delay` is its asynchronous boundary (0 would be left out): a task of its scheduler an item, no bound. */
export async function boundary(items) {
  let sum = 0;
  const onItem = (item) => {
    sum += item;
  };
  await runEffects(tap(onItem, delay(1, range(items))), clock);
  return sum;
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

function range(items) {
  return { run: (sink, at) => asap(new RangeTask(sink, items), at) };
}

class RangeTask {
  constructor(sink, items) {
    this.sink = sink;
    this.items = items;
    this.active = true;
  }

  run(time) {
    for (let i = 0; i < this.items && this.active; i += 1) this.sink.event(time, i);
    if (this.active) this.sink.end(time);
  }

  error(time, error) {
    this.sink.error(time, error);
  }

  dispose() {
    this.active = false;
  }
}
