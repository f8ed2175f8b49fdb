import { describe, expect, it } from "vitest";
import { RoundTrip } from "./round-trip.js";

describe("RoundTrip", () => {
  it("knows nothing before the first answer, then the least and the latest", () => {
    const trip = new RoundTrip();
    expect([trip.leastMs, trip.latestMs]).toEqual([undefined, undefined]);
    trip.sample(20, 100);
    trip.sample(50, 200);
    expect([trip.leastMs, trip.latestMs]).toEqual([20, 50]);
    trip.sample(19, 300);
    expect(trip.leastMs).toBe(19);
  });

  it("keeps the least for as long as samples come near it", () => {
    const trip = new RoundTrip();
    for (let now = 0; now < 60_000; now += 1_000) trip.sample(now % 5_000 === 0 ? 22 : 60, now);
    expect(trip.isProbing).toBe(false);
    expect(trip.leastMs).toBe(22);
  });

  it("doubts it after ten seconds without one, and takes what it finds when the line had time to empty", () => {
    const trip = new RoundTrip();
    trip.sample(20, 0);
    trip.sample(100, 10_000);
    expect(trip.isProbing).toBe(false);
    trip.sample(100, 10_001);
    expect(trip.isProbing).toBe(true);
    trip.sample(100, 10_250); // asked for at 10,150, when what was on its way before still was
    expect([trip.isProbing, trip.leastMs]).toEqual([true, 20]);
    trip.sample(90, 10_300);
    expect([trip.isProbing, trip.leastMs]).toEqual([false, 90]);
  });

  it("keeps the former one when the line was our own", () => {
    const trip = new RoundTrip();
    trip.sample(20, 0);
    trip.sample(50, 10_001);
    expect(trip.isProbing).toBe(true);
    trip.sample(21, 10_060);
    expect([trip.isProbing, trip.leastMs]).toEqual([false, 20]);
  });
});
