import { describe, expect, it } from "vitest";
import { chart, progressBar, sparkline } from "./chart.js";

describe("chart", () => {
  const frame = { width: 4, height: 2, seconds: 4, top: 16 };

  it("draws values as bars over time, highest at the top of the frame", () => {
    const points = [0, 8, 12, 16].map((value, second) => ({ second, value }));
    expect(chart(points, frame)).toEqual(["  ▄█", "▁███"]);
  });

  it("leaves empty what is not reached yet", () => {
    expect(chart([{ second: 0, value: 16 }], frame)).toEqual(["█   ", "█   "]);
    expect(chart([], frame)).toEqual(["    ", "    "]);
  });

  it("never hides a value that is small beside the top", () => {
    const points = [0, 1, 2, 3].map((second) => ({ second, value: 1 }));
    expect(chart(points, { ...frame, top: 1_000_000 })).toEqual(["    ", "▁▁▁▁"]);
  });

  it("holds a value until the next is measured", () => {
    const points = [
      { second: 0, value: 4 },
      { second: 2.1, value: 8 },
      { second: 3.9, value: 8 },
    ];
    expect(chart(points, { width: 8, height: 1, seconds: 4, top: 8 })).toEqual(["▄▄▄▄▄███"]);
  });
});

describe("progressBar", () => {
  it("fills from the left and never leaves its width", () => {
    expect([-1, 0, 0.5, 1, 2].map((share) => progressBar(share, 4))).toEqual([
      "░░░░",
      "░░░░",
      "██░░",
      "████",
      "████",
    ]);
  });
});

describe("sparkline", () => {
  it("spans the range of its values", () => {
    expect(sparkline([-7, 0, 7])).toBe("▁▅█");
    expect(sparkline([3, 3])).toBe("▁▁");
  });
});
