// What the N rows say of their contenders, without running them: the peers are not installed where tests run.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bytesSource, weighBytes, weightOfBytes } from "../net/bytes.mjs";
import { makeItem, weigh, weightOf } from "../net/item.mjs";
import { netRows } from "../net/rows.mjs";
import { StreamEnds } from "../net/stream-ends.mjs";
import { METRICS } from "./metrics.mjs";

describe.each(netRows)("row $id", ({ contenders, bars, metrics }) => {
  const names = contenders.map(({ name }) => name);

  it("has each contender once, in a file that exists", () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { module } of contenders) expect(existsSync(fileURLToPath(module)), module).toBe(true);
  });

  it("has a title for each of its figures", () => {
    for (const metric of metrics) expect(METRICS[metric], metric).toBeDefined();
  });

  it("judges its bars by figures that it has, and repeats who is judged as often as all", () => {
    const named = contenders.filter(({ isOther }) => !isOther).map(({ name }) => name);
    const figures = (of) =>
      Object.fromEntries(
        of.map((name) => [
          name,
          Object.fromEntries(metrics.map((metric) => [metric, { median: 1, min: 1, max: 1 }])),
        ]),
      );
    for (const { text, judge } of bars) expect(judge(figures(named)), text).toBeDefined();
    for (const { text, judge } of bars) expect(judge(figures([])), text).toBeUndefined();
  });
});

describe("weightOf", () => {
  it("is what a client adds up for small items", () => {
    const items = Array.from({ length: 1_000 }, (_, index) => weigh(makeItem(index)));
    expect(items.reduce((sum, weight) => sum + weight, 0)).toBe(weightOf(1_000));
  });

  it.each([1, 63, 64, 1_000])("is what a client adds up for %i binary items", (count) => {
    const itemAt = bytesSource(1_024);
    const items = Array.from({ length: count }, (_, index) => weighBytes(itemAt(index)));
    expect(items.reduce((sum, weight) => sum + weight, 0)).toBe(weightOfBytes(count, 1_024));
  });
});

describe("StreamEnds", () => {
  it("answers when the last stream has ended, and how early the first did", async () => {
    const ends = new StreamEnds(2);
    ends.count = 7;
    ends.end();
    ends.end();
    const { count, firstOfLast } = await ends.finished;
    expect(count).toBe(7);
    expect(firstOfLast).toBeGreaterThan(0);
    expect(firstOfLast).toBeLessThanOrEqual(1);
  });
});
