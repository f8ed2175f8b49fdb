import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LimitSample } from "./limit-algorithm.js";
import { SampleWindow } from "./sample-window.js";

const open = (options: object = {}): SampleWindow =>
  new SampleWindow({ minMs: 100, maxMs: 1000, samples: 2, ...options });

/** One whose first window is over. */
function begun(options: object = {}): SampleWindow {
  const window = open(options);
  for (const now of [-1000, -500]) window.add(now, 10, 1, false);
  return window;
}

describe("SampleWindow", () => {
  it("closes at its time and not before it has its samples", () => {
    const window = begun();
    expect(window.add(10, 10, 3, false)).toBeUndefined(); // one sample
    expect(window.add(20, 30, 2, false)).toEqual({ rttMs: 20, inFlight: 3, dropped: false });
    expect(window.add(30, 40, 1, false)).toBeUndefined();
    expect(window.add(119, 40, 1, false)).toBeUndefined(); // 99 ms
    expect(window.add(120, 40, 5, true)).toEqual({ rttMs: 40, inFlight: 5, dropped: true });
    expect(window.add(5000, 40, 1, false)).toBeUndefined(); // late, but the first of its window
    expect(window.add(5001, 40, 1, false)).toEqual({ rttMs: 40, inFlight: 1, dropped: false });
  });

  it.each([
    [10, 100],
    [200, 400],
    [5000, 1000],
  ])("with a shortest round trip of %d ms it lasts %d ms", (rttMs, lasts) => {
    const window = begun({ samples: 1 });
    window.add(0, rttMs, 1, false);
    expect(window.add(lasts - 1, rttMs, 1, false)).toBeUndefined();
    expect(window.add(lasts, rttMs, 1, false)).toBeDefined();
  });

  it("lets failures lengthen the round trip, and not shorten it", () => {
    const window = begun();
    window.add(0, 50, 9, false);
    expect(window.add(1, 1, 9, true)).toEqual({ rttMs: 50, inFlight: 9, dropped: true });
    window.add(2, 1, 9, true); // nothing but quick failures: as slow as before
    expect(window.add(1000, 1, 9, true)).toEqual({ rttMs: 50, inFlight: 9, dropped: true });
    window.add(1001, 50, 9, false);
    expect(window.add(3000, 150, 9, true)).toEqual({ rttMs: 100, inFlight: 9, dropped: true });
  });

  it("gives the first window its time too: what ends first is what was quickest", () => {
    const window = open();
    expect([window.add(0, 10, 1, false), window.add(99, 90, 1, false)]).toEqual([undefined, undefined]);
    expect(window.add(100, 110, 1, false)).toEqual({ rttMs: 70, inFlight: 1, dropped: false });
  });

  it("learns nothing from work that took no time, but that it failed", () => {
    const window = open({ samples: 1 });
    for (const rtt of [0, -5, Number.NaN]) expect(window.add(0, rtt, 1, false)).toBeUndefined();
    expect(window.add(0, 0, 1, true)).toBeUndefined(); // and nothing was measured before
    expect(window.add(1000, 0, 1, true)).toBeUndefined();
    expect(window.add(1001, 30, 1, false)).toEqual({ rttMs: 30, inFlight: 1, dropped: true });
    expect(window.add(1200, -1, 1, true)).toEqual({ rttMs: 30, inFlight: 1, dropped: true });
  });

  it("takes a refusal's time for that of the service not even before the first success", () => {
    const window = open();
    const refused = { rttMs: 1, inFlight: 9, dropped: true, failedSoFar: true };
    const seen = [0, 100, 900, 1000].map((now) => window.add(now, 1, 9, true));
    expect(seen).toEqual([undefined, refused, undefined, refused]);
    window.add(4000, 1, 9, true);
    expect(window.add(5000, 50, 3, false)).toEqual({ rttMs: 50, inFlight: 9, dropped: true });
    for (const now of [5001, 5002]) window.add(now, 1, 9, true);
    expect(window.add(6000, 1, 9, true)).toEqual({ rttMs: 50, inFlight: 9, dropped: true });
  });

  it("is not held open by a clock that was set back", () => {
    const window = open({ samples: 1 });
    window.add(1e9, 10, 1, false);
    expect(window.add(500, 10, 1, false)).toBeUndefined();
    expect(window.add(1500, 10, 1, false)).toBeDefined();
  });

  it("tells of every piece of work once, and nothing that is no number", () => {
    const work = fc.record({
      after: fc.integer({ min: -2000, max: 2000 }),
      rtt: fc.integer({ min: -10, max: 5000 }),
      inFlight: fc.integer({ min: 1, max: 100 }),
      dropped: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(work, { maxLength: 60 }), (all) => {
        const window = open({ samples: 3 });
        let now = 0;
        let gathered: typeof all = [];
        for (const one of all) {
          now += one.after;
          if (one.rtt > 0 || one.dropped) gathered.push(one);
          const sample: LimitSample | undefined = window.add(now, one.rtt, one.inFlight, one.dropped);
          if (sample === undefined) continue;
          expect(gathered.length).toBeGreaterThanOrEqual(3);
          expect(sample.inFlight).toBe(Math.max(...gathered.map(({ inFlight }) => inFlight)));
          expect(sample.dropped).toBe(gathered.some(({ dropped }) => dropped));
          expect(sample.rttMs > 0 && sample.rttMs <= 5000).toBe(true);
          const successes = gathered.filter(({ dropped }) => !dropped).map(({ rtt }) => rtt);
          if (successes.length > 0) expect(sample.rttMs).toBeGreaterThanOrEqual(Math.min(...successes));
          gathered = [];
        }
      }),
    );
  });
});
