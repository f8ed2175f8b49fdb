// Operators that look at one item at a time, and those that bound a stream.

import { defaultIfEmpty } from "../../src/operator/default-if-empty.js";
import { distinct } from "../../src/operator/distinct.js";
import { distinctUntilChanged } from "../../src/operator/distinct-until-changed.js";
import { filter } from "../../src/operator/filter.js";
import { finalize } from "../../src/operator/finalize.js";
import { first } from "../../src/operator/first.js";
import { last } from "../../src/operator/last.js";
import { map } from "../../src/operator/map.js";
import { pairwise } from "../../src/operator/pairwise.js";
import { reduce } from "../../src/operator/reduce.js";
import { scan } from "../../src/operator/scan.js";
import { skip } from "../../src/operator/skip.js";
import { skipWhile } from "../../src/operator/skip-while.js";
import { take } from "../../src/operator/take.js";
import { takeUntil } from "../../src/operator/take-until.js";
import { takeWhile } from "../../src/operator/take-while.js";
import { tap } from "../../src/operator/tap.js";
import { never } from "../../src/source/never.js";
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
    operator: { apply: filter(() => true), yields: item, passesAny: true },
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
  { file: "operator/tap", name: "tap", operator: { apply: tap(() => {}), yields: item, passesAny: true } },
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
    operator: {
      apply: take<number>(1_000_000),
      settings: { count: 1_000_000 },
      yields: item,
      passesAny: true,
    },
  },
  {
    file: "operator/take",
    name: "take(3)",
    operator: {
      apply: take<number>(3),
      settings: { count: 3 },
      stopsAfter: 3,
      yields: item,
      publisher: { maxCount: 3 },
    },
  },
  {
    file: "operator/first",
    name: "first()",
    operator: { apply: first(), stopsAfter: 1, yields: item, publisher: { maxCount: 1 } },
  },
  {
    file: "operator/first",
    name: "first(test), the fourth",
    operator: {
      apply: first((n: number) => n === 3),
      stopsAfter: 4,
      needs: (count) => count * 4,
      yields: () => 3,
      publisher: { maxCount: 1 },
    },
  },
  {
    file: "operator/skip",
    name: "skip(0)",
    operator: { apply: skip(0), settings: { count: 0 }, yields: item, passesAny: true },
  },
  {
    file: "operator/skip",
    name: "skip(3)",
    operator: {
      apply: skip(3),
      settings: { count: 3 },
      needs: (count) => (count === 0 ? 0 : count + 3),
      yields: (index) => index + 3,
    },
  },
  {
    file: "operator/skip-while",
    name: "skipWhile, the first three",
    operator: {
      apply: skipWhile((n: number) => n < 3),
      needs: (count) => (count === 0 ? 0 : count + 3),
      yields: (index) => index + 3,
    },
  },
  {
    file: "operator/skip-while",
    name: "skipWhile, none",
    operator: { apply: skipWhile(() => false), yields: item, passesAny: true },
  },
  {
    file: "operator/take-while",
    name: "takeWhile, all",
    operator: { apply: takeWhile(() => true), yields: item, passesAny: true },
  },
  {
    file: "operator/take-while",
    name: "takeWhile, the first three",
    operator: {
      apply: takeWhile((n: number) => n < 3),
      stopsAfter: 4,
      yields: item,
      publisher: { maxCount: 3 },
    },
  },
  {
    file: "operator/take-while",
    name: "takeWhile, inclusive, the first three",
    operator: {
      apply: takeWhile((n: number) => n < 2, { inclusive: true }),
      stopsAfter: 3,
      yields: item,
      publisher: { maxCount: 3 },
    },
  },
  {
    file: "operator/take-until",
    name: "takeUntil(never)",
    operator: { apply: takeUntil(never()), yields: item, passesAny: true },
  },
  {
    file: "operator/take-until",
    name: "takeUntil(empty)",
    operator: { apply: takeUntil([]), yields: item, passesAny: true },
  },
  {
    file: "operator/pairwise",
    name: "pairwise",
    operator: {
      apply: pairwise(),
      needs: (count) => (count === 0 ? 0 : count + 1),
      yields: (index) => [index, index + 1],
    },
  },
  {
    file: "operator/distinct",
    name: "distinct, all differ",
    operator: {
      apply: distinct({ capacity: 1_000_000, overflow: "error" }),
      settings: { capacity: 1_000_000 },
      yields: item,
      passesAny: true,
    },
  },
  {
    file: "operator/distinct",
    name: "distinct, forgets, every third differs",
    operator: {
      apply: distinct({ capacity: 2, overflow: "forgetOldest", key: (n: number) => Math.floor(n / 3) }),
      settings: { capacity: 2 },
      needs: (count) => count * 3,
      yields: (index) => index * 3,
    },
  },
  {
    file: "operator/distinct-until-changed",
    name: "distinctUntilChanged, all differ",
    operator: { apply: distinctUntilChanged(), yields: item, passesAny: true },
  },
  {
    file: "operator/distinct-until-changed",
    name: "distinctUntilChanged, every second differs",
    operator: {
      apply: distinctUntilChanged({ key: (n: number) => Math.floor(n / 2) }),
      needs: (count) => count * 2,
      yields: (index) => index * 2,
    },
  },
  {
    file: "operator/finalize",
    name: "finalize",
    operator: { apply: finalize(() => {}), yields: item, passesAny: true },
  },
  {
    file: "operator/default-if-empty",
    name: "defaultIfEmpty",
    operator: { apply: defaultIfEmpty(0), yields: item, passesAny: true, publisher: { minCount: 1 } },
  },
  {
    file: "operator/last",
    name: "last()",
    operator: {
      apply: last(),
      ahead: Number.POSITIVE_INFINITY,
      sends: "atTheEnd",
      yields: item,
      publisher: { maxCount: 1 },
    },
  },
  {
    file: "operator/last",
    name: "last(test)",
    operator: {
      apply: last((n: number) => n < 5),
      ahead: Number.POSITIVE_INFINITY,
      sends: "atTheEnd",
      needs: (count) => count * 20,
      yields: () => 4,
      publisher: { maxCount: 1 },
    },
  },
  {
    file: "operator/reduce",
    name: "reduce",
    operator: {
      apply: reduce((sum: number, n: number) => sum + n, 0),
      ahead: Number.POSITIVE_INFINITY,
      sends: "atTheEnd",
      needs: (count) => count * 5,
      yields: () => 10,
      publisher: { minCount: 1, maxCount: 1 },
    },
  },
];
