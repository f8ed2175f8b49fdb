// RxJS 7: push without demand. At an asynchronous boundary (observeOn) and before a slow consumer (concatMap)
// its queues grow with the source.
import {
  asapScheduler,
  concatMap,
  filter,
  lastValueFrom,
  map,
  observeOn,
  range,
  reduce,
  scan,
  take,
  tap,
} from "rxjs";
import { add, increment, isEven, nextTurn } from "../../local/work.mjs";

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
