import { describe, expect, it } from "vitest";
import { DelayByHour } from "./delay-by-hour.js";

describe("DelayByHour", () => {
  it("counts the flights of each hour and means their delays", () => {
    const delays = new DelayByHour();
    for (const [hour, delay] of [
      [3, 10],
      [3, -4],
      [23, 5],
    ] as const) {
      delays.add({ hour, delay, distance: 1, time: hour });
    }
    const hours = delays.hours();
    expect(hours).toHaveLength(24);
    expect(hours[3]).toEqual({ hour: 3, flights: 2, meanDelay: 3 });
    expect(hours[23]).toEqual({ hour: 23, flights: 1, meanDelay: 5 });
    expect(hours[0]).toEqual({ hour: 0, flights: 0, meanDelay: 0 });
  });
});
