// Operators with many sources: one after the other, at once, joined.

import { combineLatest } from "../../src/operator/combine-latest.js";
import { concatMap } from "../../src/operator/concat-map.js";
import { concat } from "../../src/operator/concat.js";
import { exhaustMap } from "../../src/operator/exhaust-map.js";
import { expand } from "../../src/operator/expand.js";
import { map } from "../../src/operator/map.js";
import { merge } from "../../src/operator/merge.js";
import { mergeMap } from "../../src/operator/merge-map.js";
import { mergePrioritized } from "../../src/operator/merge-prioritized.js";
import { switchMap } from "../../src/operator/switch-map.js";
import { withLatestFrom } from "../../src/operator/with-latest-from.js";
import { zip } from "../../src/operator/zip.js";
import { empty } from "../../src/source/empty.js";
import { fail } from "../../src/source/fail.js";
import { from } from "../../src/source/from.js";
import { of } from "../../src/source/of.js";
import { range } from "../../src/source/range.js";
import { failure, item, type Row } from "./row.js";

export const manySources: Row[] = [
  {
    file: "operator/concat-map",
    name: "concatMap to one",
    operator: { apply: concatMap((n: number) => of(n)), ahead: 1, yields: item, passesAny: true },
  },
  {
    file: "operator/concat-map",
    name: "concatMap to one or none",
    operator: {
      apply: concatMap((n: number) => (n % 2 === 0 ? [n] : empty())),
      needs: (count) => count * 2,
      yields: (index) => index * 2,
      ahead: 1,
    },
  },
  {
    file: "operator/concat-map",
    name: "concatMap to promises",
    operator: { apply: concatMap((n: number) => Promise.resolve(n)), ahead: 1, yields: item },
  },
  ...[1, 3, 64].flatMap((prefetch): Row[] => [
    {
      file: "operator/zip",
      name: `zip with numbers, ${prefetch} ahead`,
      operator: {
        apply: (upstream) => zip([upstream, range(0, 1e9)], { prefetch }),
        settings: { prefetch, sources: 2 },
        yields: (index) => [index, index],
        ahead: prefetch,
        outstanding: prefetch,
      },
    },
    {
      file: "operator/combine-latest",
      name: `combineLatest with one, ${prefetch} ahead`,
      operator: {
        apply: (upstream) => combineLatest([of(7), upstream], { prefetch }),
        settings: { prefetch, sources: 2 },
        yields: (index) => [7, index],
        ahead: prefetch + 1, // the first combination is made without demand
        outstanding: prefetch,
      },
    },
  ]),
  {
    file: "operator/zip",
    name: "zip of three",
    source: {
      create: (count) => zip([range(0, count), Array.from({ length: count }), range(0, count + 5)]),
      createFailed: () => zip([range(0, 5), fail(failure), range(0, 5)]),
      item: (index) => [index, undefined, index],
    },
  },
  {
    file: "operator/zip",
    name: "zip of none",
    source: { create: () => zip([]), maxCount: 0 },
  },
  {
    file: "operator/combine-latest",
    name: "combineLatest of three, all but the last of one item",
    source: {
      create: (count) => combineLatest([of("a"), of(undefined), range(0, count)]),
      createFailed: () => combineLatest([range(0, 5), of("a"), fail(failure)]),
      item: (index) => ["a", undefined, index],
    },
  },
  {
    file: "operator/combine-latest",
    name: "combineLatest of none",
    source: { create: () => combineLatest([]), maxCount: 0 },
  },
  {
    file: "operator/with-latest-from",
    name: "withLatestFrom",
    operator: {
      apply: withLatestFrom([range(0, 5), of(null)]),
      settings: { others: 2 },
      yields: (index) => [index, 4, null],
    },
  },
  {
    file: "operator/with-latest-from",
    name: "withLatestFrom none",
    operator: { apply: withLatestFrom([]), settings: { others: 0 }, yields: (index) => [index] },
  },
  {
    file: "operator/switch-map",
    name: "switchMap to one",
    operator: {
      apply: switchMap((n: number) => of(n)),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true },
    },
  },
  {
    file: "operator/switch-map",
    name: "switchMap to promises",
    operator: {
      apply: switchMap((n: number) => Promise.resolve(n)),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true, maxCount: 1 },
    },
  },
  {
    file: "operator/switch-map",
    name: "switchMap of one to many",
    source: {
      create: (count) => of(count).pipe(switchMap((n) => range(0, n))),
      createFailed: () => of(1).pipe(switchMap(() => fail(failure))),
      createOf: (items) => of(items).pipe(switchMap((all) => all)),
      item,
    },
  },
  {
    file: "operator/exhaust-map",
    name: "exhaustMap to one",
    operator: {
      apply: exhaustMap((n: number) => of(n)),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true },
    },
  },
  {
    file: "operator/exhaust-map",
    name: "exhaustMap to promises",
    operator: {
      apply: exhaustMap((n: number) => Promise.resolve(n)),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true, maxCount: 1 },
    },
  },
  {
    file: "operator/exhaust-map",
    name: "exhaustMap of one to many",
    source: {
      create: (count) => of(count, 1, 2).pipe(exhaustMap((n) => (n === count ? range(0, n) : empty()))),
      createFailed: () => of(1, 2).pipe(exhaustMap(() => fail(failure))),
      createOf: (items) => of(items).pipe(exhaustMap((all) => all)),
      item,
    },
  },
  ...[
    { concurrency: 16, prefetch: 64 },
    { concurrency: 1, prefetch: 1 },
    { concurrency: 3, prefetch: 2 },
  ].flatMap((options): Row[] => [
    {
      file: "operator/merge-map",
      name: `mergeMap to one, ${options.concurrency} at once`,
      operator: {
        apply: mergeMap((n: number) => of(n), options),
        ahead: options.concurrency,
        yields: item,
        passesAny: true,
      },
    },
    {
      file: "operator/merge",
      name: `merge with an empty source, ${options.prefetch} ahead`,
      operator: {
        apply: (upstream) => merge([empty(), upstream, empty()], options),
        ahead: options.prefetch,
        outstanding: options.prefetch,
        yields: item,
        passesAny: true,
      },
    },
    {
      file: "operator/expand",
      name: `expand to nothing, ${options.concurrency} at once`,
      operator: {
        apply: expand<number>(() => empty(), { ...options, capacity: 1 }),
        ahead: options.concurrency,
        outstanding: options.concurrency,
        yields: item,
        passesAny: true,
      },
    },
  ]),
  {
    file: "operator/merge-map",
    name: "mergeMap to promises",
    operator: {
      apply: mergeMap((n: number) => Promise.resolve(n), { concurrency: 4 }),
      ahead: 4,
      yields: item,
    },
  },
  {
    file: "operator/merge-map",
    name: "mergeMap to one or none",
    operator: {
      apply: mergeMap((n: number) => (n % 2 === 0 ? [n] : empty()), { concurrency: 2 }),
      needs: (count) => count * 2,
      yields: (index) => index * 2,
      ahead: 4, // two that wait, each with an empty one before it
    },
  },
  {
    file: "operator/merge",
    name: "merge of halves",
    source: {
      // In turns of one item they come in order: each source has all the even, or all the odd ones.
      create: (count) =>
        merge([
          range(0, Math.ceil(count / 2)).pipe(map((n) => 2 * n)),
          range(0, Math.floor(count / 2)).pipe(map((n) => 2 * n + 1)),
        ]),
      createFailed: () => merge([range(0, 5), fail(failure)]),
      createOf: (items) => merge([items, empty()]),
    },
  },
  {
    file: "operator/merge-prioritized",
    name: "mergePrioritized with an empty source",
    operator: {
      apply: (upstream) => mergePrioritized([upstream, empty()], { weights: [1, 2], prefetch: 4 }),
      ahead: 4,
      outstanding: 4,
      yields: item,
      passesAny: true,
    },
  },
  {
    file: "operator/merge-prioritized",
    name: "mergePrioritized, strict",
    source: {
      create: (count) => mergePrioritized([range(0, count), empty()], { weights: "strict" }),
      createFailed: () => mergePrioritized([fail(failure), range(0, 5)], { weights: "strict" }),
      createOf: (items) => mergePrioritized([items], { weights: "strict" }),
      item,
    },
  },
  {
    file: "operator/concat",
    name: "concat with empty sources",
    operator: { apply: (upstream) => concat([empty(), upstream, empty()]), yields: item, passesAny: true },
  },
  {
    file: "operator/concat",
    name: "concat of halves",
    source: {
      create: (count) => {
        const half = Math.floor(count / 2);
        return concat([range(0, half), empty(), range(half, count - half)]);
      },
      createFailed: () => concat([empty(), fail(failure), range(0, 5)]),
      createOf: (items) => concat([[], items]),
      item,
    },
  },
  {
    file: "operator/expand",
    name: "expand, one after the other",
    source: {
      create: (count) =>
        range(0, Math.min(1, count)).pipe(
          expand((n) => (n + 1 < count ? of(n + 1) : empty()), { capacity: 1 }),
        ),
      createFailed: () => fail<number>(failure).pipe(expand(() => empty(), { capacity: 1 })),
      createOf: (items) => from(items).pipe(expand(() => empty(), { capacity: 1 })),
      item,
    },
  },
];
