// Sluice by its public door, written as its documentation writes it.
import { filter, map, prefetch, range, scan, take, tap } from "@sluice/core";
import { add, increment, isEven, LOW_WATER, nextTurn, WINDOW } from "../work.mjs";

export function mapFilterSum(items) {
  return range(0, items).pipe(map(increment), filter(isEven)).reduce(add, 0);
}

/** L1b: a subscriber of plain Reactive Streams: 256 granted, 192 more each time 192 were taken. */
export function mapFilterSumOnDemand(items) {
  return new Promise((resolve, reject) => {
    let sum = 0;
    let taken = 0;
    let upstream;
    range(0, items)
      .pipe(map(increment), filter(isEven))
      .subscribe({
        onSubscribe: (subscription) => {
          upstream = subscription;
          subscription.request(WINDOW);
        },
        onNext: (item) => {
          sum += item;
          taken += 1;
          if (taken === LOW_WATER) {
            taken = 0;
            upstream.request(LOW_WATER);
          }
        },
        onError: reject,
        onComplete: () => resolve(sum),
      });
  });
}

export function boundary(items) {
  return range(0, items).pipe(prefetch(WINDOW)).reduce(add, 0);
}

export async function slowConsumer(items, gauge) {
  let sum = 0;
  await range(0, items)
    .pipe(tap(() => gauge.produce()))
    .forEach(
      async (item) => {
        await nextTurn();
        gauge.consume();
        sum += item;
      },
      { prefetch: WINDOW },
    );
  return sum;
}

export function runShape(stages, items) {
  return range(0, items)
    .pipe(...stages.map(operator))
    .reduce((count) => count + 1, 0);
}

function operator(stage) {
  if (stage.kind === "map") return map(stage.fn);
  if (stage.kind === "filter") return filter(stage.fn);
  if (stage.kind === "scan") return scan(stage.fn, stage.seed);
  return take(stage.count);
}
