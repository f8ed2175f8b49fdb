import { describe, expect, it } from "vitest";
import { RoundTrip } from "../connection/round-trip.js";
import { FIRST_WINDOW, WindowTuner } from "./window-tuner.js";

const LOTS = 1_000_000;

function far(ms: number): RoundTrip {
  const trip = new RoundTrip();
  trip.sample(ms, 0);
  return trip;
}

/** A tuner of a stream that was opened at 0 with what it asks ahead. */
function opened(): WindowTuner {
  const tuner = new WindowTuner(0);
  tuner.opened(0, tuner.ahead, 0);
  return tuner;
}

/** Rounds in which all that was granted comes after `loopMs`, and the subscriber works `workMs` on each item of it. */
function rounds(
  tuner: WindowTuner,
  trip: RoundTrip,
  count: number,
  loopMs: number,
  workMs: number,
): number[] {
  const seen: number[] = [];
  let taken = 0;
  let now = 0;
  for (let i = 0; i < count; i += 1) {
    const items = tuner.ahead;
    now += loopMs;
    for (let k = 0; k < items; k += 1) {
      taken += 1;
      tuner.update(taken, taken + items, false, LOTS, trip, now);
      now += workMs;
    }
    tuner.update(taken, taken + tuner.ahead, true, LOTS, trip, now);
    seen.push(tuner.ahead);
  }
  return seen;
}

describe("WindowTuner", () => {
  it("begins with 16, and grows to four times as long as the window alone is the limit", () => {
    const tuner = opened();
    expect(tuner.ahead).toBe(FIRST_WINDOW);
    expect(rounds(tuner, far(20), 4, 20, 0)).toEqual([64, 256, 1024, 4096]);
  });

  it("takes the first loop for the round trip while none is measured", () => {
    expect(rounds(opened(), new RoundTrip(), 2, 20, 0)).toEqual([64, 256]);
  });

  it("stands where the product is reached: 2.2 round trips of the subscriber's pace", () => {
    // An item each ms at 20 ms: 44.
    const tuner = opened();
    let now = 0;
    for (let taken = 1; taken < 400; taken += 1) {
      now += 1;
      tuner.update(taken, taken + tuner.ahead, false, LOTS, far(20), now);
    }
    expect(tuner.ahead).toBe(44);
  });

  it("goes down by half a round trip after another when the subscriber has become slow", () => {
    const tuner = opened();
    rounds(tuner, far(20), 3, 20, 0);
    expect(tuner.ahead).toBe(1024);
    const seen: number[] = [];
    let now = 100;
    let taken = 10_000;
    tuner.opened(taken, taken + 1024, now);
    tuner.update(taken, taken + 1024, false, LOTS, far(20), now);
    for (let i = 0; i < 40; i += 1) {
      now += 10;
      taken += 1;
      if (tuner.update(taken, taken + 1024, false, LOTS, far(20), now) === "round") seen.push(tuner.ahead);
    }
    expect(seen.slice(0, 9)).toEqual([512, 256, 128, 64, 32, 16, 8, 4, 4]);
  });

  it("goes down to one for a subscriber that works longer on an item than the way is", () => {
    const tuner = opened();
    tuner.update(0, 16, false, LOTS, far(20), 0);
    for (let taken = 1; taken <= 10; taken += 1) {
      tuner.update(taken, taken + tuner.ahead, false, LOTS, far(20), taken * 100);
    }
    expect(tuner.ahead).toBe(1);
  });

  it("goes down by a tenth when the source is slow, for nothing waits here", () => {
    const tuner = opened();
    rounds(tuner, far(20), 3, 20, 0);
    tuner.opened(10_000, 11_024, 1_000);
    const seen: number[] = [];
    for (let i = 1; i <= 30; i += 1) {
      if (tuner.update(10_000 + i, 11_024 + i, true, LOTS, far(20), 1_000 + 10 * i) === "round") {
        seen.push(tuner.ahead);
      }
    }
    expect(seen.slice(0, 4)).toEqual([921, 828, 745, 670]);
  });

  it("does not take a way that became longer for a slow source", () => {
    const tuner = opened();
    const trip = far(20);
    rounds(tuner, trip, 3, 20, 0);
    trip.sample(100, 500);
    tuner.opened(0, tuner.ahead, 0);
    expect(rounds(tuner, trip, 5, 100, 0)).toEqual([1024, 1024, 1024, 1024, 1024]);
  });

  it("asks for less than a round trip's work while that is in doubt", () => {
    const trip = far(20);
    trip.sample(60, 10_001);
    expect(trip.isProbing).toBe(true);
    const tuner = opened();
    tuner.update(16, 32, true, LOTS, trip, 20);
    expect(tuner.ahead).toBeLessThan(FIRST_WINDOW);
  });

  it("never asks for more than memory allows, nor for less than one", () => {
    const tuner = opened();
    tuner.update(16, 32, true, 40, far(20), 20);
    expect(tuner.ahead).toBe(40);
    tuner.update(32, 72, true, 0, far(20), 40);
    tuner.update(500, 572, true, 0, far(20), 80);
    expect(tuner.ahead).toBe(1);
  });

  it("waits for time to go by: with none there is no rate", () => {
    const tuner = opened();
    expect(tuner.update(16, 32, true, LOTS, far(20), 0)).toBe("on");
    expect(tuner.ahead).toBe(FIRST_WINDOW);
  });
});
