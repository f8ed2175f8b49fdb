import { describe, expect, it } from "vitest";
import { chart } from "./chart.mjs";

const figures = (median) => ({ nsPerItem: { median, min: median * 0.9, max: median * 1.1 } });
const run = {
  machine: { cpu: "a CPU", cores: 2, node: "v20", commit: "abc", date: "2026-11-21T00:00:00Z" },
  repetitions: 5,
  rows: [
    {
      id: "L1",
      title: "map & filter, < 3 ns",
      metrics: ["nsPerItem"],
      contenders: [
        { name: "rxjs", figures: figures(50) },
        { name: "sluice", figures: figures(2.5) },
        { name: "gone", failure: "wrong answer" },
      ],
    },
  ],
};

const centre = (svg, name) => {
  const from = svg.indexOf(`>${name}</text>`);
  return Number(/cx="([\d.]+)"/.exec(svg.slice(from))[1]);
};

describe("chart", () => {
  const svg = chart(run);

  it("draws the best first, on a scale where a factor of ten is as wide everywhere", () => {
    expect(svg.indexOf(">sluice<")).toBeLessThan(svg.indexOf(">rxjs<"));
    const [two, ten, fifty] = [2.5, 10, 50].map((median) =>
      centre(
        chart({
          ...run,
          rows: [
            {
              ...run.rows[0],
              contenders: [...run.rows[0].contenders, { name: "x", figures: figures(median) }],
            },
          ],
        }),
        "x",
      ),
    );
    expect((fifty - ten) / (ten - two)).toBeCloseTo(Math.log(5) / Math.log(4), 1);
  });

  it("draws the most first where more is better, a panel for each figure, and nobody where he was not measured", () => {
    const contender = (name, items, bytes) => ({
      name,
      figures: Object.fromEntries(
        Object.entries({ itemsPerSecond: items, serverEach: bytes }).map(([metric, median]) => [
          metric,
          { median, min: median, max: median },
        ]),
      ),
    });
    const row = {
      ...{ id: "N1", title: "long", short: "brief", metrics: ["itemsPerSecond", "serverEach"] },
      charts: ["itemsPerSecond", "serverEach"],
      contenders: [contender("slow", 10, 5), contender("fast", 1_000, 7), contender("none", 10, 0)],
    };
    const [, first, second] = chart({ ...run, rows: [row] }).split('class="panel"');
    expect(first).toContain("items/s, more is better");
    expect(first.indexOf(">fast<")).toBeLessThan(first.indexOf(">slow<"));
    expect(second).toContain("server, bytes each, less is better");
    expect(second.indexOf(">slow<")).toBeLessThan(second.indexOf(">fast<"));
    expect([first.includes(">none<"), second.includes(">none<")]).toEqual([true, false]);
    expect(first).toContain(">brief<");
  });

  it("names who failed, and escapes what is text", () => {
    expect(svg).toMatch(/>gone<\/text><text[^>]+>failed</);
    expect(svg).toContain("map &amp; filter, &lt; 3 ns");
  });

  it("draws a row in which all failed", () => {
    const failed = { ...run.rows[0], contenders: [{ name: "gone", failure: "x" }] };
    expect(chart({ ...run, rows: [failed] })).not.toMatch(/NaN|Infinity/);
  });
});
