// Overflow choices.

import { onBackpressureBuffer } from "../../src/overflow/on-backpressure-buffer.js";
import { onBackpressureDrop } from "../../src/overflow/on-backpressure-drop.js";
import { onBackpressureError } from "../../src/overflow/on-backpressure-error.js";
import { onBackpressureLatest } from "../../src/overflow/on-backpressure-latest.js";
import { item, type Row } from "./row.js";

export const overflow: Row[] = [
  ...(["error", "dropOldest", "dropNewest"] as const).map((policy): Row => {
    const apply = onBackpressureBuffer<number>({ capacity: 20_000, overflow: policy });
    return {
      file: "overflow/on-backpressure-buffer",
      name: `onBackpressureBuffer, ${policy}, with room`,
      operator: { apply, ahead: Number.POSITIVE_INFINITY, yields: item, publisher: { maxCount: 20_000 } },
    };
  }),
  ...(["dropOldest", "dropNewest"] as const).map((policy): Row => {
    const apply = onBackpressureBuffer<number>({ capacity: 2, overflow: policy });
    return {
      file: "overflow/on-backpressure-buffer",
      name: `onBackpressureBuffer, ${policy}, too small`,
      operator: { apply, ahead: Number.POSITIVE_INFINITY, publisher: { lossy: true } },
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
];
