// What limits learn of a service whose capacity is known: 100 pieces of work of 40 ms at once, 2,500 a second.

import { adaptiveLimit, aimd, bulkhead, gradient2, vegas } from "@sluice/gates";
import { describe, expect, it } from "vitest";
import { type Answers, Simulation } from "./simulated-service.js";

const CAPACITY = 100;
const SERVICE = { capacity: CAPACITY, workMs: 40, queue: 1_000_000 };
/** Of the service, each second. */
const MOST = 2500;

const rules = {
  // It learns from refusals: this service lets four wait and refuses the rest.
  "aimd()": { algorithm: aimd(), service: { ...SERVICE, queue: 4 } },
  // Measures anew at the same times in each run.
  "vegas()": { algorithm: vegas({ random: () => 0.5 }), service: SERVICE },
  // Delay is not to grow at all; the long run is ten minutes.
  "gradient2({ tolerance: 1 })": {
    algorithm: gradient2({ tolerance: 1, longWindow: 2400 }),
    service: SERVICE,
  },
};

describe.each(Object.entries(rules))(
  "adaptiveLimit by %s, of a service that changes",
  (_, { algorithm, service }) => {
    it("settles within 20 % of what it can do at once, also when that halves and doubles", () => {
      const simulation = new Simulation({ ...service });
      const gate = adaptiveLimit({ algorithm, clock: simulation.clock });
      simulation.run(gate, 20_000, 0.8 * MOST, 1000); // an ordinary time
      const settled: number[] = [];
      for (const capacity of [CAPACITY, CAPACITY / 2, CAPACITY]) {
        simulation.service.capacity = capacity;
        simulation.run(gate, 25_000, 2 * MOST, 1000);
        // All the while, not by chance at one moment.
        for (let i = 0; i < 20; i += 1) {
          simulation.run(gate, 250, 2 * MOST, 1000);
          settled.push(gate.limit / capacity);
        }
      }
      expect(Math.min(...settled)).toBeGreaterThan(0.8);
      expect(Math.max(...settled)).toBeLessThan(1.2);
    });
  },
);

describe("goodput", () => {
  /** What is served within a second, of ten times the load against as much as it can do. */
  function goodput(
    make: (simulation: Simulation) => Parameters<Simulation["run"]>[0],
    uneven: boolean,
  ): number {
    const [once, tenfold] = [1, 10].map((load): Answers => {
      const simulation = new Simulation({ ...SERVICE, uneven });
      const gate = make(simulation);
      simulation.run(gate, 20_000, 0.9 * load * MOST, 1000);
      return simulation.run(gate, 10_000, 0.9 * load * MOST, 1000);
    }) as [Answers, Answers];
    return tenfold.served / once.served;
  }

  it.each([false, true])(
    "at ten times the load is at least 90 % of that at once, work uneven: %s",
    (uneven) => {
      expect(goodput(({ clock }) => adaptiveLimit({ clock }), uneven)).toBeGreaterThan(0.9);
    },
  );

  it("is lost without a gate, or with one that lets too much in", () => {
    expect(goodput(() => undefined, false)).toBeLessThan(0.1);
    expect(goodput(() => bulkhead({ capacity: 30 * CAPACITY }), false)).toBeLessThan(0.1);
  });

  it("is lost by vegas when the work is of uneven length, for which its documentation sends one to gradient2", () => {
    const simulation = new Simulation({ ...SERVICE, uneven: true });
    const gate = adaptiveLimit({ algorithm: vegas(), clock: simulation.clock });
    simulation.run(gate, 20_000, 2 * MOST, 1000);
    expect(gate.limit).toBeLessThan(0.6 * CAPACITY);
  });
});
