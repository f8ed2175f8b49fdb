// Operators that look at one item at a time, and those that bound a stream.

import { filter } from "../../src/operator/filter.js";
import { map } from "../../src/operator/map.js";
import { scan } from "../../src/operator/scan.js";
import { take } from "../../src/operator/take.js";
import { tap } from "../../src/operator/tap.js";
import { item, type Row } from "./row.js";

export const perItem: Row[] = [
  {
    file: "operator/map",
    name: "map",
    operator: { apply: map((n: number) => n * 3), yields: (index) => index * 3 },
  },
  {
    file: "operator/filter",
    name: "filter, all pass",
    operator: { apply: filter(() => true), yields: item },
  },
  {
    file: "operator/filter",
    name: "filter, every second passes",
    operator: {
      apply: filter((n: number) => n % 2 === 0),
      needs: (count) => count * 2,
      yields: (index) => index * 2,
    },
  },
  { file: "operator/tap", name: "tap", operator: { apply: tap(() => {}), yields: item } },
  {
    file: "operator/scan",
    name: "scan",
    operator: {
      apply: scan((sum: number, n: number) => sum + n, 0),
      yields: (index) => (index * (index + 1)) / 2,
    },
  },
  {
    file: "operator/take",
    name: "take(a million)",
    operator: { apply: take<number>(1_000_000), yields: item },
  },
  {
    file: "operator/take",
    name: "take(3)",
    operator: { apply: take<number>(3), stopsAfter: 3, yields: item, publisher: { maxCount: 3 } },
  },
];
