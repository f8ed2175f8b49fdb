// The rules by which limits move, against the published ones: the limits in the trace are what the classes of Netflix
// concurrency-limits gave for the same samples.

import { aimd, gradient2, type LimitAlgorithm, vegas } from "@sluice/gates";
import { describe, expect, it } from "vitest";
import trace from "./traces/http-service.json" with { type: "json" };

const rules: Readonly<Record<string, (options: object) => LimitAlgorithm>> = {
  aimd,
  // The reference's jitter is 0.75 of its range from 0.5 to 1.
  vegas: (options) => vegas({ random: () => 0.5, ...options }),
  gradient2,
};

describe("limits on a recorded trace", () => {
  it.each(trace.expected)("$algorithm $options moves as published", ({ algorithm, options, limits }) => {
    const estimate = rules[algorithm]?.(options).begin({ initial: 20, min: 1, max: 200 });
    const moved: (number | undefined)[] = [];
    for (let i = 0; i < trace.samples.length; i += 3) {
      const [us = 0, inFlight = 0, dropped] = trace.samples.slice(i, i + 3);
      estimate?.update({ rttMs: us / 1000, inFlight, dropped: dropped === 1 });
      moved.push(estimate?.limit);
    }
    expect(limits.length).toBeGreaterThan(250);
    expect(moved).toEqual(limits);
  });
});
