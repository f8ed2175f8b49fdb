import { describe, expect, it } from "vitest";
import { placed, tables } from "./tables.mjs";

const figure = (median, min = median, max = median) => ({ median, min, max });
const run = {
  machine: { cpu: "a CPU", cores: 2, node: "v20.1.0", commit: "abc", date: "2026-11-21T00:00:00Z" },
  ...{ loadBefore: 0.1, loadAfter: 1.5, repetitions: 5, othersRepetitions: 2, longRepetitions: 5 },
  rows: [
    {
      ...{ id: "N1", title: "one stream", metrics: ["itemsPerSecond", "cpuPerItem"] },
      contenders: [
        { name: "sluice", figures: { itemsPerSecond: figure(2e6, 1e6, 3e6), cpuPerItem: figure(300) } },
        { name: "gone", failure: "wrong | answer\nhere" },
      ],
      bars: [
        { text: "sluice >= 2 x gone", metric: "itemsPerSecond", later: false, verdict: undefined },
        {
          ...{ text: "sluice >= 2 x slow", metric: "itemsPerSecond", later: false },
          verdict: { got: 1.5, isRatio: true, pass: false, cpu: 1.25 },
        },
      ],
    },
  ],
};

describe("tables", () => {
  const text = tables(run);

  it("says where the figures come from, and how often each was taken", () => {
    expect(text).toContain("Node 20.1.0, commit abc, load 0.1 before and 1.5 after");
    expect(text).toContain("of 5 repetitions, 2 of contenders that no bar names.");
  });

  it("has a line for each contender, and one that failed says why", () => {
    expect(text).toContain("| **sluice** | 2,000,000 [1,000,000 - 3,000,000] | 300 |");
    expect(text).toContain("| gone | failed: wrong \\| answer here | |");
  });

  it("judges each bar, or says that it could not", () => {
    expect(text).toContain("| N1 sluice >= 2 x slow, items/s | 1.50 | 1.25 | **missed** |");
    expect(text).toContain("| N1 sluice >= 2 x gone, items/s | | | not judged |");
  });
});

describe("placed", () => {
  const around = "before\n<!-- figures of bench:net -->\nold\n<!-- end of bench:net -->\nafter\n";

  it("replaces what stands between the comments, and nothing else", () => {
    const once = placed(around, "net", "new");
    expect(once).toBe("before\n<!-- figures of bench:net -->\n\nnew\n\n<!-- end of bench:net -->\nafter\n");
    expect(placed(once, "net", "new")).toBe(once);
  });

  it("finds no place where the comments are missing", () => {
    expect(placed(around, "local", "new")).toBeUndefined();
  });
});
