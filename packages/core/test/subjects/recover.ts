// Operators that go on after an end.

import { VirtualClock } from "@sluice/tck";
import { catchError } from "../../src/operator/catch-error.js";
import { concatMap } from "../../src/operator/concat-map.js";
import { repeat } from "../../src/operator/repeat.js";
import { retry } from "../../src/operator/retry.js";
import { defer } from "../../src/source/defer.js";
import { fail } from "../../src/source/fail.js";
import { fromPublisher } from "../../src/source/from-publisher.js";
import { range } from "../../src/source/range.js";
import { using } from "../../src/source/using.js";
import type { Flow } from "../../src/flow/flow.js";
import { failure, item, type Row } from "./row.js";

/** Sends `first .. first + count - 1` and fails. */
const failing = (first: number, count: number): Flow<number> =>
  range(first, count + 1).pipe(concatMap((n) => (n === first + count ? fail<number>(failure) : [n])));

/** A source of `count` items in `attempts` parts, of which all but the last end by `end`. */
function inParts(
  count: number,
  attempts: number,
  end: (first: number, count: number) => Flow<number>,
): Flow<number> {
  let made = 0;
  return defer(() => {
    const part = Math.floor(count / attempts);
    const first = part * made++;
    return made < attempts ? end(first, part) : range(first, count - first);
  });
}

const clock = new VirtualClock();
const tick = (): void => clock.advance(50);

export const recover: Row[] = [
  {
    file: "operator/catch-error",
    name: "catchError that fails as well",
    operator: {
      apply: catchError((error) => fail<number>(error)),
      yields: item,
      passesAny: true,
      passesErrorOn: true,
    },
  },
  {
    file: "operator/catch-error",
    name: "catchError, after half of the items",
    source: {
      create: (count) => {
        const half = Math.floor(count / 2);
        return failing(0, half).pipe(catchError(() => range(half, count - half)));
      },
      createFailed: () => fail(new Error("first")).pipe(catchError(() => fail(failure))),
      createOf: (items) => fail(failure).pipe(catchError(() => items)),
      item,
    },
  },
  {
    file: "operator/retry",
    name: "retry, no more than once",
    operator: {
      apply: retry({ times: 0 }),
      settings: { times: 0 },
      yields: item,
      passesAny: true,
      passesErrorOn: true,
    },
  },
  {
    file: "operator/retry",
    name: "retry of three parts, without a wait",
    source: {
      // Each subscriber makes its own parts: they are counted.
      create: (count) =>
        defer(() => inParts(count, 3, failing).pipe(retry({ times: 2, backoff: { baseMs: 0 } }))),
      createFailed: () => fail(failure).pipe(retry({ times: 5, backoff: { baseMs: 0 } })),
      item,
    },
  },
  {
    file: "operator/retry",
    name: "retry of three parts, with waits",
    source: {
      create: (count) =>
        defer(() =>
          inParts(count, 3, failing).pipe(
            retry({ times: 2, backoff: { baseMs: 10, jitter: "equal" }, clock }),
          ),
        ),
      createFailed: () => fail(failure).pipe(retry({ times: 1, backoff: { baseMs: 10 }, clock })),
      item,
      rest: tick,
    },
  },
  {
    file: "operator/repeat",
    name: "repeat, no more than once",
    operator: { apply: repeat({ times: 0 }), settings: { times: 0 }, yields: item, passesAny: true },
  },
  {
    file: "operator/repeat",
    name: "repeat of three parts",
    source: {
      create: (count) => defer(() => inParts(count, 3, range).pipe(repeat({ times: 2 }))),
      createFailed: () => fail(failure).pipe(repeat({ times: 2 })),
      endsWithoutDemand: false,
      item,
    },
  },
  {
    file: "operator/repeat",
    name: "repeat of three parts, with waits",
    source: {
      create: (count) => defer(() => inParts(count, 3, range).pipe(repeat({ times: 2, delayMs: 10, clock }))),
      createFailed: () => fail(failure).pipe(repeat({ times: 2, delayMs: 10, clock })),
      endsWithoutDemand: false,
      item,
      rest: tick,
    },
  },
  {
    file: "source/using",
    name: "using",
    source: {
      create: (count) =>
        using(
          () => count,
          (resource) => range(0, resource),
          () => {},
        ),
      createFailed: () =>
        using(
          () => failure,
          (error) => fail(error),
          () => {},
        ),
      createOf: (items) =>
        using(
          () => items,
          (resource) => resource,
          () => {},
        ),
      item,
    },
  },
  {
    file: "source/using",
    name: "using, acquired and released by promises",
    source: {
      create: (count) =>
        using(
          async () => count,
          (resource) => range(0, resource),
          async () => {},
        ),
      createFailed: () =>
        using(
          async () => {
            throw failure;
          },
          () => range(0, 1),
          () => {},
        ),
      item,
    },
  },
  {
    file: "source/using",
    name: "using over a foreign publisher",
    operator: {
      apply: (upstream) =>
        using(
          () => upstream,
          (source) => fromPublisher(source),
          () => {},
        ),
      yields: item,
      passesAny: true,
    },
  },
];
