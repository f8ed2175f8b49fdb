// Operators that change what is asked of upstream.

import { VirtualClock } from "@sluice/tck";
import { limitDemand } from "../../src/operator/limit-demand.js";
import { prefetch } from "../../src/operator/prefetch.js";
import { yieldEvery } from "../../src/operator/yield-every.js";
import { item, type Row } from "./row.js";

const clock = new VirtualClock({ capacity: 1_000_000, maxTasks: 10_000_000 });
const rest = (): void => clock.advance(1);

export const shapeDemand: Row[] = [
  {
    file: "operator/prefetch",
    name: "prefetch",
    operator: { apply: prefetch<number>(), ahead: 256, outstanding: 256, yields: item, passesAny: true },
  },
  {
    file: "operator/prefetch",
    name: "prefetch(1)",
    operator: { apply: prefetch<number>(1), ahead: 1, outstanding: 1, yields: item, passesAny: true },
  },
  {
    file: "operator/prefetch",
    name: 'prefetch("auto")',
    operator: {
      apply: prefetch<number>("auto"),
      ahead: 1024,
      outstanding: 1024,
      yields: item,
      passesAny: true,
    },
  },
  ...[1, 3, 20].map(
    (max): Row => ({
      file: "operator/prefetch",
      name: `prefetch({ auto: true, max: ${max} })`,
      operator: {
        apply: prefetch<number>({ auto: true, max }),
        ahead: max,
        outstanding: max,
        yields: item,
        passesAny: true,
      },
    }),
  ),
  ...[
    { items: 1, bytes: 1 },
    { items: 20, bytes: 1000 },
    { items: 1000, bytes: 60 },
  ].map(
    ({ items, bytes }): Row => ({
      file: "operator/prefetch",
      name: `prefetch({ items: ${items}, bytes: ${bytes} }), items of 3`,
      operator: {
        apply: prefetch<number>({ items, bytes, weigh: () => 3 }),
        ahead: items,
        outstanding: items,
        yields: item,
        passesAny: true,
      },
    }),
  ),
  ...[1, 3, 1000].map(
    (items): Row => ({
      file: "operator/yield-every",
      name: `yieldEvery, ${items} items`,
      operator: {
        apply: yieldEvery<number>({ items, clock }),
        outstanding: items,
        yields: item,
        passesAny: true,
        rest,
      },
    }),
  ),
  {
    file: "operator/yield-every",
    name: "yieldEvery, by time",
    operator: {
      apply: yieldEvery<number>({ ms: 5, clock }),
      outstanding: 1,
      yields: item,
      passesAny: true,
      rest,
    },
  },
  {
    file: "operator/yield-every",
    name: "yieldEvery, by items and time",
    operator: {
      apply: yieldEvery<number>({ items: 2, ms: 0, clock }),
      outstanding: 1,
      yields: item,
      passesAny: true,
      rest,
    },
  },
  {
    file: "operator/limit-demand",
    name: "limitDemand(1)",
    operator: { apply: limitDemand<number>(1), outstanding: 1, yields: item, passesAny: true },
  },
  {
    file: "operator/limit-demand",
    name: "limitDemand(3)",
    operator: { apply: limitDemand<number>(3), outstanding: 3, yields: item, passesAny: true },
  },
];
