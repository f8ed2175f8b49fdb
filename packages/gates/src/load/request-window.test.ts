import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestWindow } from "./request-window.js";

describe("RequestWindow", () => {
  it("remembers a request for its window, and for no more than a tenth of it longer", () => {
    const window = new RequestWindow(1000);
    window.request(5);
    window.accept(5);
    window.moveTo(999);
    expect([window.requests, window.accepts]).toEqual([1, 1]);
    window.moveTo(1000);
    expect([window.requests, window.accepts]).toEqual([0, 0]);
  });

  it("takes back what it remembers, and nothing else", () => {
    const window = new RequestWindow(1000);
    window.request(0);
    const epoch = window.moveTo(0);
    window.takeBack(500, epoch);
    window.takeBack(500, epoch);
    expect(window.requests).toBe(0);
    window.request(1000);
    window.takeBack(1000, epoch); // the part of time that is now counted where that one was
    expect(window.requests).toBe(1);
  });

  it("counts as a naive model that keeps every request, whatever the clock does, and never below zero", () => {
    const step = fc.record({ ms: fc.integer({ min: 0, max: 400 }), what: fc.nat(2), pick: fc.nat(9) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: -5000, max: 5000 }),
        (steps, start) => {
          const window = new RequestWindow(1000);
          let now = start;
          let all: { epoch: number; what: number }[] = [];
          for (const { ms, what, pick } of steps) {
            now += ms;
            const epoch = Math.floor(now / 100);
            all = all.filter((one) => one.epoch > epoch - 10);
            const requests = all.filter((one) => one.what === 0);
            const one = requests[pick];
            if (what === 0) window.request(now);
            else if (what === 1) window.accept(now);
            else if (one !== undefined) window.takeBack(now, one.epoch);
            if (what < 2) all.push({ epoch, what });
            else if (one !== undefined) all.splice(all.indexOf(one), 1);
            window.moveTo(now);
            const count = (kind: number): number => all.filter((each) => each.what === kind).length;
            expect([window.requests, window.accepts]).toEqual([count(0), count(1)]);
          }
        },
      ),
    );
  });

  it("never counts below zero when the clock jumps, and forgets all two windows later", () => {
    const step = fc.record({ ms: fc.integer({ min: -3000, max: 3000 }), what: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const window = new RequestWindow(1000);
        let now = 0;
        let epoch = 0;
        for (const { ms, what } of steps) {
          now += ms;
          if (what === 0) window.request(now);
          else if (what === 1) window.accept(now);
          else window.takeBack(now, epoch);
          epoch = window.moveTo(now);
          expect(window.requests).toBeGreaterThanOrEqual(0);
          expect(window.accepts).toBeGreaterThanOrEqual(0);
        }
        window.moveTo(now + 2000);
        expect([window.requests, window.accepts]).toEqual([0, 0]);
      }),
    );
  });
});
