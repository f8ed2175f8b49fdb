// @most/core 1.6: push without demand, stages fused when the stream is built. It has no synchronous source of
// its own, so `range` below is written the way its documentation shows for `fromArray`.
import most from "@most/core";
import scheduler from "@most/scheduler";
import { increment, isEven, nextTurn } from "../../local/work.mjs";

const { concatMap, delay, filter, fromPromise, map, propagateTask, runEffects, scan, take, tap } = most;
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

/** L5: `delay(0)` is its asynchronous boundary: one task of its scheduler for each item, no bound. */
export async function boundary(items) {
  let sum = 0;
  const onItem = (item) => {
    sum += item;
  };
  await runEffects(tap(onItem, delay(0, range(items))), clock);
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
  return { run: (sink, at) => asap(propagateTask(emitRange, items, sink), at) };
}

function emitRange(time, items, sink, task) {
  for (let i = 0; i < items && task.active; i += 1) sink.event(time, i);
  if (task.active) sink.end(time);
}
