import { describe, expect, it } from "vitest";
import { nearestName } from "./nearest.js";

describe("nearestName", () => {
  it.each([
    ["flights.recrods", "flights.records"],
    ["flight.records", "flights.records"],
    ["flights.Count", "flights.count"],
    ["", undefined],
    ["something.else", undefined],
  ])("takes %j for %j", (wanted, nearest) => {
    expect(nearestName(wanted, ["flights.records", "flights.count"])).toBe(nearest);
  });

  it("suggests nothing where there is nothing", () => {
    expect(nearestName("a", [])).toBeUndefined();
  });
});
