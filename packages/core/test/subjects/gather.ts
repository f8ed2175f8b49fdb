// Operators that gather items into one, or part them into streams.

import { VirtualClock } from "@sluice/tck";
import { batch } from "../../src/operator/batch.js";
import { buffer } from "../../src/operator/buffer.js";
import { bufferTime } from "../../src/operator/buffer-time.js";
import { conflate } from "../../src/operator/conflate.js";
import { item, type Row } from "./row.js";

const list = (n: number): number[] => [n];
const append = (so: number[], n: number): number[] => [...so, n];
const run = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, offset) => first + offset);

/** Time goes on whenever the judge looks. */
const clock = new VirtualClock();
const rest = (): void => clock.advance(10);

export const gather: Row[] = [
  ...[1, 2, 5].map(
    (size): Row => ({
      file: "operator/buffer",
      name: `buffer(${size})`,
      operator: {
        apply: buffer<number>(size),
        settings: { size },
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
        settings: { size },
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
      settings: { size: 8 },
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
      settings: { max: 1, weighed: false },
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
      settings: { max: 4, weighed: false },
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
      settings: { max: 4, weighed: true },
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
      settings: { max: 4, weighed: true },
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
];
