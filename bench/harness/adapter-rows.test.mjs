// What the A and G rows say of their contenders, without running them.
import { describe, expect, it } from "vitest";
import { adapterRows } from "../adapters/rows.mjs";
import { gateRows } from "../gates/rows.mjs";
import { METRICS } from "./metrics.mjs";

describe.each([...adapterRows, ...gateRows])("row $id", ({ contenders, bars, metrics }) => {
  it("has a title for each of its figures", () => {
    for (const metric of metrics) expect(METRICS[metric], metric).toBeDefined();
  });

  it("judges its bars by figures that it has, of contenders that run as often as all", () => {
    const figures = Object.fromEntries(metrics.map((metric) => [metric, { median: 1, min: 1, max: 1 }]));
    const judged = contenders.filter(({ isOther }) => !isOther).map(({ name }) => [name, figures]);
    for (const { text, judge } of bars) {
      expect(judge(Object.fromEntries(judged)), text).toBeDefined();
      expect(judge({}), text).toBeUndefined();
    }
  });
});
