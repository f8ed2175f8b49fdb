// Effect 4: streams pulled in chunks; the work of a chunk is done in one go.
import { Effect, Stream } from "effect";
import { add, increment, isEven, nextTurn, WINDOW } from "../../local/work.mjs";

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

export function runShape(stages, items) {
  return Effect.runPromise(Stream.runDrain(stages.reduce(link, Stream.range(0, items - 1))));
}

function link(stream, stage) {
  if (stage.kind === "map") return Stream.map(stream, stage.fn);
  if (stage.kind === "filter") return Stream.filter(stream, stage.fn);
  if (stage.kind === "scan") return Stream.scan(stream, () => stage.seed, stage.fn);
  return Stream.take(stream, stage.count);
}
