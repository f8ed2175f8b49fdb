import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { range } from "./range.js";

describe("range", () => {
  it("counts from the first number on, also below zero", async () => {
    expect(await range(-2, 4).toArray()).toEqual([-2, -1, 0, 1]);
    const last = Number.MAX_SAFE_INTEGER - 3;
    expect(await range(last, 2).toArray()).toEqual([last, last + 1]);
  });

  it("§1.1 sends as many as requested and completes with the last one", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 3).subscribe(subscriber);
    subscriber.request(2);
    expect([subscriber.items, subscriber.completed]).toEqual([[1, 2], false]);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[1, 2, 3], true]);
  });

  it("completes without demand when there is nothing to count", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 0).subscribe(subscriber);
    expect(subscriber.completed).toBe(true);
  });

  it("§3.17 adds up demand to unbounded without losing any", () => {
    const subscriber = new ManualSubscriber<number>({
      onNext: (_, self) => self.request(Number.MAX_SAFE_INTEGER),
    });
    range(0, 3000).subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.completed]).toEqual([3000, true]);
  });

  it("throws a RangeError at the call for what cannot be counted exactly, naming it", () => {
    const wrong: [unknown, unknown][] = [
      [1.5, 1],
      [0, -1],
      [0, 1.5],
      [Number.NaN, 1],
      [0, Number.POSITIVE_INFINITY],
      ["1", 2],
      [0, undefined],
      [Number.MAX_SAFE_INTEGER, 2],
      [2 ** 53, 1],
    ];
    for (const [first, count] of wrong) {
      expect(() => range(first as number, count as number)).toThrow(RangeError);
      expect(() => range(first as number, count as number)).toThrow(String(first));
    }
  });
});
