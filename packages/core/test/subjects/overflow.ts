// Overflow choices.

import { onBackpressureBuffer } from "../../src/overflow/on-backpressure-buffer.js";
import { onBackpressureCoDel } from "../../src/overflow/on-backpressure-codel.js";
import { onBackpressureDrop } from "../../src/overflow/on-backpressure-drop.js";
import { onBackpressureError } from "../../src/overflow/on-backpressure-error.js";
import { onBackpressureLatest } from "../../src/overflow/on-backpressure-latest.js";
import { onBackpressureShed } from "../../src/overflow/on-backpressure-shed.js";
import { item, type Row } from "./row.js";

export const overflow: Row[] = [
  ...(["error", "dropOldest", "dropNewest"] as const).map((policy): Row => {
    const apply = onBackpressureBuffer<number>({ capacity: 20_000, overflow: policy });
    return {
      file: "overflow/on-backpressure-buffer",
      name: `onBackpressureBuffer, ${policy}, with room`,
      operator: {
        apply,
        ahead: Number.POSITIVE_INFINITY,
        yields: item,
        passesAny: true,
        publisher: { maxCount: 20_000 },
      },
    };
  }),
  ...(["dropOldest", "dropNewest"] as const).map((policy): Row => {
    const apply = onBackpressureBuffer<number>({ capacity: 2, overflow: policy });
    return {
      file: "overflow/on-backpressure-buffer",
      name: `onBackpressureBuffer, ${policy}, too small`,
      operator: {
        apply,
        ahead: Number.POSITIVE_INFINITY,
        publisher: { lossy: true },
      },
    };
  }),
  {
    file: "overflow/on-backpressure-drop",
    name: "onBackpressureDrop",
    operator: { apply: onBackpressureDrop(), ahead: Number.POSITIVE_INFINITY, publisher: { lossy: true } },
  },
  {
    file: "overflow/on-backpressure-latest",
    name: "onBackpressureLatest",
    operator: { apply: onBackpressureLatest(), ahead: Number.POSITIVE_INFINITY, publisher: { lossy: true } },
  },
  {
    file: "overflow/on-backpressure-error",
    name: "onBackpressureError",
    operator: {
      apply: onBackpressureError(),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true, minCount: 1, ends: "error" },
    },
  },
  {
    file: "overflow/on-backpressure-buffer",
    name: "onBackpressureBuffer, by weight and time, with room",
    operator: {
      apply: onBackpressureBuffer<number>({
        capacity: { items: 20_000, weight: 20_000 },
        weigh: () => 1,
        ttlMs: 3_600_000,
        overflow: "error",
      }),
      ahead: Number.POSITIVE_INFINITY,
      yields: item,
      passesAny: true,
      publisher: { maxCount: 20_000 },
    },
  },
  {
    file: "overflow/on-backpressure-buffer",
    name: "onBackpressureBuffer, by weight and time, too small",
    operator: {
      apply: onBackpressureBuffer<number>({
        capacity: { items: 4, weight: 3 },
        weigh: (n) => n % 3,
        ttlMs: 3_600_000,
        overflow: "dropOldest",
      }),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true },
    },
  },
  ...[1, 3].map(
    (capacity): Row => ({
      file: "overflow/on-backpressure-shed",
      name: `onBackpressureShed, ${capacity}`,
      operator: {
        apply: onBackpressureShed<number>({ capacity, priority: (n) => n % 3 }),
        ahead: Number.POSITIVE_INFINITY,
        publisher: { lossy: true },
      },
    }),
  ),
  {
    file: "overflow/on-backpressure-shed",
    name: "onBackpressureShed, with room",
    operator: {
      apply: onBackpressureShed<number>({ capacity: 20_000, priority: (n) => n % 3 }),
      ahead: Number.POSITIVE_INFINITY,
      yields: item,
      publisher: { maxCount: 20_000 },
    },
  },
  {
    file: "overflow/on-backpressure-codel",
    name: "onBackpressureCoDel, with room and patience",
    operator: {
      apply: onBackpressureCoDel<number>({ capacity: 20_000, intervalMs: 3_600_000 }),
      ahead: Number.POSITIVE_INFINITY,
      yields: item,
      passesAny: true,
      publisher: { maxCount: 20_000 },
    },
  },
  {
    file: "overflow/on-backpressure-codel",
    name: "onBackpressureCoDel, too small",
    operator: {
      apply: onBackpressureCoDel<number>({ capacity: 2, targetMs: 1, intervalMs: 1 }),
      ahead: Number.POSITIVE_INFINITY,
      publisher: { lossy: true },
    },
  },
];
