// Operators that gather items into one, or part them into streams.

import { VirtualClock } from "@sluice/tck";
import type { Flow } from "../../src/flow/flow.js";
import { batch } from "../../src/operator/batch.js";
import { buffer } from "../../src/operator/buffer.js";
import { bufferTime } from "../../src/operator/buffer-time.js";
import { concatMap } from "../../src/operator/concat-map.js";
import { conflate } from "../../src/operator/conflate.js";
import { groupBy } from "../../src/operator/group-by.js";
import { map } from "../../src/operator/map.js";
import { scan } from "../../src/operator/scan.js";
import { window } from "../../src/operator/window.js";
import { item, type Row } from "./row.js";

const list = (n: number): number[] => [n];
const append = (so: number[], n: number): number[] => [...so, n];
const run = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, offset) => first + offset);

/** Goes on whenever the judge looks, where a row says so; else it stands still. */
const clock = new VirtualClock();
const rest = (): void => clock.advance(10);

/** Subscribes and cancels: what is held is dropped. */
function leave(part: Flow<number>): 1 {
  const ignore = (): void => {};
  part.subscribe({
    onSubscribe: (subscription) => subscription.cancel(),
    onNext: ignore,
    onError: ignore,
    onComplete: ignore,
  });
  return 1;
}

export const gather: Row[] = [
  ...[1, 2, 5].map(
    (size): Row => ({
      file: "operator/buffer",
      name: `buffer(${size})`,
      operator: {
        apply: buffer<number>(size),
        needs: (count) => count * size,
        yields: (index) => run(index * size, size),
        ahead: 9 * size, // what the judge requests at once
      },
    }),
  ),
  ...[1, 3].map(
    (size): Row => ({
      file: "operator/buffer-time",
      name: `bufferTime, ${size} items`,
      operator: {
        apply: bufferTime<number>({ size, ms: 1e9, clock }),
        needs: (count) => count * size,
        yields: (index) => run(index * size, size),
        ahead: size,
        outstanding: size,
        rest,
      },
    }),
  ),
  {
    file: "operator/buffer-time",
    name: "bufferTime, by time",
    operator: {
      apply: bufferTime<number>({ size: 8, ms: 10, clock }),
      needs: (count) => count * 8,
      outstanding: 8,
      ahead: Number.POSITIVE_INFINITY, // arrays are of fewer items when time makes them
      rest,
    },
  },
  {
    file: "operator/batch",
    name: "batch of one",
    operator: {
      apply: batch<number, number[]>({ seed: list, merge: append, max: 1 }),
      ahead: 1,
      outstanding: 1,
      yields: (index) => [item(index)],
    },
  },
  {
    file: "operator/batch",
    name: "batch",
    operator: {
      apply: batch<number, number[]>({ seed: list, merge: append, max: 4 }),
      needs: (count) => count * 4,
      outstanding: 4,
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true },
    },
  },
  {
    file: "operator/batch",
    name: "batch, each of the weight of all",
    operator: {
      apply: batch<number, number[]>({ seed: list, merge: append, max: 4, weigh: () => 4 }),
      ahead: 2,
      outstanding: 1,
      yields: (index) => [item(index)],
    },
  },
  {
    file: "operator/batch",
    name: "batch of mixed weights",
    operator: {
      apply: batch<number, number[]>({ seed: list, merge: append, max: 4, weigh: (n) => 1 + (n % 6) }),
      needs: (count) => count * 4,
      outstanding: 1,
      publisher: { lossy: true },
      ahead: Number.POSITIVE_INFINITY,
    },
  },
  {
    file: "operator/conflate",
    name: "conflate",
    operator: {
      apply: conflate<number>((_, n) => n),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true },
    },
  },
  ...[
    { size: 1, prefetch: 1 },
    { size: 3, prefetch: 2 },
    { size: 4, prefetch: 16 },
  ].map(
    ({ size, prefetch }): Row => ({
      file: "operator/window",
      name: `window(${size}), ${prefetch} ahead, one after the other`,
      operator: {
        apply: (upstream) =>
          upstream.pipe(
            window(size, { prefetch }),
            concatMap((items) => items),
          ),
        settings: { size, prefetch },
        ahead: prefetch,
        outstanding: prefetch,
        yields: item,
        passesAny: true,
      },
    }),
  ),
  {
    file: "operator/window",
    name: "window(2), each left",
    operator: {
      apply: (upstream) =>
        upstream.pipe(
          window(2, { prefetch: 5 }),
          scan((count, items) => count + leave(items), -1),
        ),
      settings: { size: 2, prefetch: 5 },
      needs: (count) => count * 2,
      ahead: 10, // half of it is dropped, and asked for again
      outstanding: 5,
      yields: item,
    },
  },
  ...[1, 7].map(
    (prefetch): Row => ({
      file: "operator/group-by",
      name: `groupBy to one group, ${prefetch} ahead`,
      operator: {
        apply: (upstream) =>
          upstream.pipe(
            groupBy(() => "all", { groups: 1, prefetch }),
            concatMap((group) => group),
          ),
        settings: { groups: 1, prefetch },
        ahead: prefetch,
        outstanding: prefetch,
        yields: item,
        passesAny: true,
      },
    }),
  ),
  {
    file: "operator/group-by",
    name: "groupBy, each group left",
    operator: {
      apply: (upstream) =>
        upstream.pipe(
          groupBy((n: number) => Number(n), { groups: 5, prefetch: 5 }),
          map((group) => group.key * leave(group)),
        ),
      settings: { groups: 5, prefetch: 5 },
      ahead: 5,
      outstanding: 5,
      yields: item,
    },
  },
];
