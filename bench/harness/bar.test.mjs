import { describe, expect, it } from "vitest";
import { atLeast, atMost, atMostBest, noMoreThan, within } from "./bar.mjs";

const figuresOf = (ours, theirs) => ({
  sluice: { nsPerItem: { median: ours, max: ours + 1 } },
  most: { nsPerItem: { median: theirs, max: theirs + 1 } },
});

describe("atMost", () => {
  it("passes at the factor and misses above it", () => {
    const bar = atMost("nsPerItem", "sluice", 0.5, "most");
    expect(bar.judge(figuresOf(4, 8))).toMatchObject({ got: 0.5, pass: true });
    expect(bar.judge(figuresOf(5, 8))).toMatchObject({ got: 0.625, pass: false });
  });

  it("does not judge when a contender is missing", () => {
    expect(atMost("nsPerItem", "sluice", 0.5, "rxjs").judge(figuresOf(4, 8))).toBeUndefined();
  });
});

describe("atLeast", () => {
  it("passes at the factor and misses below it", () => {
    const bar = atLeast("nsPerItem", "sluice", 2, "most");
    expect(bar.judge(figuresOf(16, 8))).toMatchObject({ got: 2, pass: true });
    expect(bar.judge(figuresOf(15, 8))).toMatchObject({ pass: false });
  });
});

describe("atMostBest", () => {
  const figures = { ...figuresOf(4, 8), rxjs: { nsPerItem: { median: 5, max: 6 } } };

  it("judges against the best of those that ran", () => {
    const bar = atMostBest("nsPerItem", "sluice", 0.7, ["most", "rxjs", "effect"]);
    expect(bar.judge(figures)).toMatchObject({ got: 0.8, pass: false });
    expect(bar.judge(figuresOf(4, 8))).toMatchObject({ got: 0.5, pass: true });
  });

  it("does not judge when none of them ran", () => {
    expect(atMostBest("nsPerItem", "sluice", 1, ["effect"]).judge(figures)).toBeUndefined();
  });
});

describe("within", () => {
  it("compares the largest median with the smallest", () => {
    expect(within("nsPerItem", 1.2, ["sluice", "most"]).judge(figuresOf(10, 12))).toMatchObject({
      pass: true,
    });
    expect(within("nsPerItem", 1.2, ["sluice", "most"]).judge(figuresOf(13, 10))).toMatchObject({
      got: 1.3,
      pass: false,
    });
    expect(within("nsPerItem", 1.2, ["sluice", "rxjs"]).judge(figuresOf(13, 10))).toBeUndefined();
  });
});

describe("noMoreThan", () => {
  it("judges the largest repetition, not the median", () => {
    const bar = noMoreThan("nsPerItem", "sluice", 8, "eight");
    expect(bar.judge(figuresOf(7, 1))).toMatchObject({ got: 8, pass: true });
    expect(bar.judge(figuresOf(8, 1))).toMatchObject({ got: 9, pass: false });
  });
});
