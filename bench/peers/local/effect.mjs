// Effect 4: streams pulled in chunks; the work of a chunk is done in one go.
import { Effect, Stream } from "effect";
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
  WINDOW,
} from "../../local/work.mjs";

const total = Stream.runFold(() => 0, add);

export function mapFilterSum(items) {
  return Effect.runPromise(
    Stream.range(0, items - 1).pipe(Stream.map(increment), Stream.filter(isEven), total),
  );
}

/** L5 as its documentation writes it: a queue of 256 items between producer and consumer. */
export function boundary(items) {
  return Effect.runPromise(Stream.range(0, items - 1).pipe(Stream.buffer({ capacity: WINDOW }), total));
}

/** L5 as fast as we could make it: chunks of 256, one of them waiting. */
export function boundaryOfArrays(items) {
  const source = Stream.range(0, items - 1, WINDOW);
  return Effect.runPromise(source.pipe(Stream.bufferArray({ capacity: 1 }), total));
}

export async function slowConsumer(items, gauge) {
  let sum = 0;
  const step = (item) =>
    Effect.promise(async () => {
      await nextTurn();
      gauge.consume();
      sum += item;
    });
  const source = Stream.range(0, items - 1).pipe(
    Stream.map((item) => {
      gauge.produce();
      return item;
    }),
  );
  await Effect.runPromise(Stream.runForEach(source, step));
  return sum;
}

export function tenMaps(items) {
  const stream = steps.reduce((so, step) => Stream.map(so, step), Stream.range(0, items - 1));
  return Effect.runPromise(total(stream));
}

export function concatRanges(items) {
  const outer = Stream.range(0, items / INNER - 1);
  return Effect.runPromise(total(Stream.flatMap(outer, (n) => Stream.range(n, n + INNER - 1))));
}

export function mergeRanges(items) {
  const sources = partsOf(items).map(({ first, count }) => Stream.range(first, first + count - 1));
  return Effect.runPromise(total(Stream.mergeAll(sources, { concurrency: "unbounded" })));
}

export function mapAsync(items) {
  const step = (item) => Effect.promise(() => double(item));
  const stream = Stream.mapEffect(Stream.range(0, items - 1), step, { concurrency: CONCURRENCY });
  return Effect.runPromise(total(stream));
}

export function mapAsyncUnordered(items) {
  const step = (item) => Effect.promise(() => double(item));
  const options = { concurrency: CONCURRENCY, unordered: true };
  return Effect.runPromise(total(Stream.mapEffect(Stream.range(0, items - 1), step, options)));
}

export function onePipelineEach(items) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    const pipeline = Stream.succeed(i).pipe(Stream.map(increment), Stream.filter(isEven), total);
    sum += Effect.runSync(pipeline);
  }
  return sum;
}

/** L9: what goes round are its chunks of items, so that the cost of handing over is shared by many. */
export async function hotToMany(items) {
  const program = Effect.gen(function* () {
    const streams = yield* Stream.broadcastN(Stream.range(0, items - 1), { n: LISTENERS, capacity: WINDOW });
    return yield* Effect.all(streams.map(total), { concurrency: "unbounded" });
  });
  return (await Effect.runPromise(Effect.scoped(program))).reduce(add);
}

export function runShape(stages, items) {
  return Effect.runPromise(Stream.runDrain(stages.reduce(link, Stream.range(0, items - 1))));
}

function link(stream, stage) {
  if (stage.kind === "map") return Stream.map(stream, stage.fn);
  if (stage.kind === "filter") return Stream.filter(stream, stage.fn);
  if (stage.kind === "scan") return Stream.scan(stream, () => stage.seed, stage.fn);
  return Stream.take(stream, stage.count);
}
