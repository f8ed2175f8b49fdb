// Asynchronous work for each item.

import { mapAsync } from "../../src/operator/map-async.js";
import { mapAsyncKeyed } from "../../src/operator/map-async-keyed.js";
import { TestGate } from "../test-gate.js";
import { item, type Row } from "./row.js";

export const asynchronous: Row[] = [
  {
    file: "operator/map-async",
    name: "mapAsync",
    operator: { apply: mapAsync(async (n: number) => n), ahead: 16, yields: item },
  },
  {
    file: "operator/map-async",
    name: "mapAsync, one at a time",
    operator: { apply: mapAsync(async (n: number) => n, { concurrency: 1 }), ahead: 1, yields: item },
  },
  {
    file: "operator/map-async",
    name: "mapAsync, unordered",
    operator: { apply: mapAsync(async (n: number) => n, { concurrency: 4, ordered: false }), ahead: 4 },
  },
  {
    file: "operator/map-async",
    name: "mapAsync of plain values",
    operator: { apply: mapAsync((n: number) => n, { concurrency: 4 }), ahead: 4, yields: item },
  },
  {
    file: "operator/map-async",
    name: "mapAsync with a gate",
    operator: {
      apply: mapAsync(async (n: number) => n, {
        concurrency: 4,
        gate: new TestGate(Number.POSITIVE_INFINITY),
      }),
      ahead: 4,
      yields: item,
    },
  },
  {
    file: "operator/map-async",
    name: "mapAsync with a gate that grants one at a time",
    operator: {
      apply: (upstream) =>
        upstream.pipe(mapAsync(async (n: number) => n, { concurrency: 1, gate: new TestGate(1, true) })),
      ahead: 1,
      yields: item,
    },
  },
  {
    file: "operator/map-async-keyed",
    name: "mapAsyncKeyed, one key",
    operator: {
      apply: mapAsyncKeyed(
        () => 0,
        async (n: number) => n,
        { concurrency: 2, capacity: 4 },
      ),
      ahead: 4,
      outstanding: 4,
      yields: item,
    },
  },
  {
    file: "operator/map-async-keyed",
    name: "mapAsyncKeyed, three keys",
    operator: {
      apply: mapAsyncKeyed(
        (n: number) => n % 3,
        async (n: number) => n,
        { concurrency: 2 },
      ),
      ahead: 8,
      outstanding: 8,
    },
  },
  {
    file: "operator/map-async-keyed",
    name: "mapAsyncKeyed of plain values",
    operator: {
      apply: mapAsyncKeyed(
        (n: number) => n,
        (n: number) => n,
        { concurrency: 1, capacity: 1 },
      ),
      ahead: 1,
      outstanding: 1,
      yields: item,
    },
  },
];
