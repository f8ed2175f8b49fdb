// Asynchronous work for each item.

import { mapAsync } from "../../src/operator/map-async.js";
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
];
