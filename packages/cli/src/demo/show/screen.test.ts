import { describe, expect, it } from "vitest";
import { recordedPass } from "../../../test/recorded-pass.js";
import { PassRecord } from "../watch/pass-record.js";
import type { DemoState } from "./demo-state.js";
import { unpainted } from "./paint.js";
import { screen } from "./screen.js";

const beginning: DemoState = {
  credit: new PassRecord("credit", 1000),
  plain: null,
  bothPasses: true,
  window: 256,
  chartSeconds: 12,
};
const end: DemoState = {
  ...beginning,
  credit: recordedPass({ pass: "credit", produced: 1000, consumed: 1000 }),
  plain: recordedPass({
    pass: "plain",
    serverMb: [7, 8, 8, 8, 8],
    clientMb: [7, 60, 130, 90, 8],
    produced: 200_000,
    state: "stopped",
  }),
};

describe("screen", () => {
  it.each([
    [77, 18],
    [80, 24],
    [100, 30],
    [120, 40],
    [200, 60],
  ])("fits a terminal of %i x %i, from the beginning to the end", (columns, rows) => {
    for (const state of [beginning, end]) {
      const lines = screen(state, { columns, rows }, unpainted).split("\n");
      expect(lines.length).toBeLessThan(rows);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    }
  });

  it("keeps its height, so that it can be redrawn in place", () => {
    const room = { columns: 80, rows: 24 };
    const heights = [beginning, end].map((state) => screen(state, room, unpainted).split("\n").length);
    expect(heights[0]).toBe(heights[1]);
  });

  it("shows what each process has done, and how each pass stands", () => {
    const text = screen(end, { columns: 80, rows: 24 }, unpainted);
    expect(text).toMatch(/With credit .*done in 2\.0 s/);
    expect(text).toMatch(/Without credit .*stopped at 4\.0 s/);
    expect(text).toMatch(/produced +granted +in flight +waiting +consumed +per second/);
    expect(text).toMatch(/1,000 +1,072 +0 +0 +1,000 +\d/);
    expect(text).toMatch(/200,000 +no credit +0 +199,200 +800 +\d/);
    expect(text).toContain("max 199,200");
    expect(text).toMatch(/max \+70\.0|max \+123\.0/);
  });

  it("says that a pass waits before it begins", () => {
    expect(screen(beginning, { columns: 80, rows: 24 }, unpainted)).toMatch(/Without credit .* waits$/m);
  });

  it("says that a pass is not run where the server is not ours", () => {
    const text = screen({ ...beginning, bothPasses: false }, { columns: 80, rows: 24 }, unpainted);
    expect(text).toMatch(/Without credit .* not run$/m);
  });

  it("does not draw a queue within its window as high as one without bound", () => {
    const running = { ...beginning, credit: recordedPass({ pass: "credit", state: "running" }) };
    const lines = screen(running, { columns: 80, rows: 24 }, unpainted).split("\n");
    // Three lines for each of three charts: 200 flights wait, and the upper two lines stay empty.
    expect(lines.slice(-9, -7).map((line) => line.slice(16, 33).trim())).toEqual(["", ""]);
    expect(lines.at(-7)).toContain("▅");
  });

  it("draws both passes to one scale", () => {
    const lines = screen(end, { columns: 80, rows: 24 }, unpainted).split("\n");
    const [topOfMemory] = lines.slice(-3);
    // 130 MB reach the top, 8 MB do not.
    expect(topOfMemory?.slice(16, 47).trim()).toBe("");
    expect(topOfMemory?.slice(47)).toContain("█");
  });

  it("puts no colour where none was asked for, and does not change the text where it was", () => {
    const room = { columns: 80, rows: 24 };
    const painted = screen(end, room, (meaning, text) => `<${meaning}>${text}</>`);
    expect(painted.replace(/<\/?\w*>/g, "")).toBe(screen(end, room, unpainted));
  });
});
