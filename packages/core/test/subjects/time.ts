// Operators and sources of time, on a virtual clock, which each look of the judge moves on; and generate, which
// makes items of a state.

import { VirtualClock } from "@sluice/tck";
import { backpressureTimeout } from "../../src/operator/backpressure-timeout.js";
import { debounce } from "../../src/operator/debounce.js";
import { delay } from "../../src/operator/delay.js";
import { idleTimeout } from "../../src/operator/idle-timeout.js";
import { initialTimeout } from "../../src/operator/initial-timeout.js";
import { sample } from "../../src/operator/sample.js";
import { take } from "../../src/operator/take.js";
import { throttleTime } from "../../src/operator/throttle-time.js";
import { policy } from "../../src/policy/policy.js";
import { generate } from "../../src/source/generate.js";
import { interval } from "../../src/source/interval.js";
import { timer } from "../../src/source/timer.js";
import { failure, item, type OperatorRow, type Row } from "./row.js";

/** Streams that the judge leaves open keep their timers. */
const clock = new VirtualClock({ capacity: 1_000_000, maxTasks: 10_000_000 });
const rest = (): void => clock.advance(10);
/** Time stands still for it: no limit of time is ever reached. */
const still = new VirtualClock({ capacity: 1_000_000 });

/** It takes all there is, and drops what a later item takes the place of. */
const dropping = (apply: OperatorRow["apply"]): OperatorRow => ({
  apply,
  ahead: Number.POSITIVE_INFINITY,
  rest,
  publisher: { lossy: true },
});

export const time: Row[] = [
  ...[0, 10].map(
    (ms): Row => ({
      file: "operator/debounce",
      name: `debounce(${ms})`,
      operator: dropping(debounce<number>(ms, { clock })),
    }),
  ),
  {
    file: "operator/sample",
    name: "sample(10)",
    operator: dropping(sample<number>(10, { clock })),
  },
  {
    file: "operator/sample",
    name: "sample by another source",
    operator: dropping(sample<number>(interval(10, { policy: policy.drop(), clock }))),
  },
  {
    file: "operator/throttle-time",
    name: "throttleTime(0)",
    operator: { apply: throttleTime<number>(0, { clock }), rest, yields: item, passesAny: true },
  },
  {
    file: "operator/throttle-time",
    name: "throttleTime(10)",
    operator: { apply: throttleTime<number>(10, { clock }), rest, publisher: { lossy: true } },
  },
  ...[true, false].map(
    (leading): Row => ({
      file: "operator/throttle-time",
      name: `throttleTime, trailing${leading ? " too" : ", not leading"}`,
      operator: dropping(throttleTime<number>(10, { leading, trailing: true, clock })),
    }),
  ),
  ...[1, 3, 1000].flatMap((capacity) =>
    [0, 10].map(
      (ms): Row => ({
        file: "operator/delay",
        name: `delay(${ms}), capacity ${capacity}`,
        operator: {
          apply: delay<number>(ms, { capacity, clock }),
          outstanding: capacity,
          rest,
          yields: item,
          passesAny: true,
        },
      }),
    ),
  ),
  {
    file: "operator/idle-timeout",
    name: "idleTimeout",
    operator: { apply: idleTimeout<number>(1000, { clock: still }), yields: item, passesAny: true },
  },
  {
    file: "operator/initial-timeout",
    name: "initialTimeout",
    operator: { apply: initialTimeout<number>(1000, { clock: still }), yields: item, passesAny: true },
  },
  {
    file: "operator/backpressure-timeout",
    name: "backpressureTimeout",
    operator: { apply: backpressureTimeout<number>(1000, { clock: still }), yields: item, passesAny: true },
  },
  {
    file: "source/interval",
    name: "interval, the latest waits",
    source: {
      create: () => interval(10, { policy: policy.latest(), clock }),
      ends: "never",
      lossy: true,
      rest,
    },
  },
  {
    file: "source/interval",
    name: "interval, all wait",
    source: {
      create: (count) =>
        interval(1, { policy: policy.buffer({ capacity: 20_000, overflow: "error" }), clock }).pipe(
          take(count),
        ),
      maxCount: 1000,
      item,
      rest: () => clock.advance(20),
    },
  },
  {
    file: "source/generate",
    name: "generate",
    source: {
      create: (count) => generate(0, (n) => (n < count ? [n, n + 1] : undefined)),
      createOf: (items) => generate(0, (n) => (n < items.length ? [items[n], n + 1] : undefined)),
      createFailed: () =>
        generate(0, () => {
          throw failure;
        }),
      endsWithoutDemand: false,
      item,
    },
  },
  {
    file: "source/timer",
    name: "timer",
    source: {
      create: () => timer(10, { policy: policy.latest(), clock }),
      minCount: 1,
      maxCount: 1,
      item,
      rest,
    },
  },
];
