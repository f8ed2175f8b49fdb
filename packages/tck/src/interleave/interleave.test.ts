import { describe, expect, it } from "vitest";
import { interleave, type Scenario } from "./interleave.js";
import { seededRandom } from "./seeded-random.js";

/** Two who count in a way that loses counts when one acts between the other's steps. */
function racing(): Scenario {
  let total = 0;
  function* count(): Generator<void> {
    const before = total;
    yield;
    total = before + 1;
    yield;
  }
  return {
    actors: { first: count(), second: count() },
    finally: () => {
      if (total !== 2) throw new Error(`counted ${total} of 2`);
    },
  };
}

describe("interleave", () => {
  it("finds the order that breaks a scenario, and plays it again from its seed", async () => {
    const failure: Error = await interleave(racing, { runs: 200 }).then(
      () => new Error("not found"),
      (error: Error) => error,
    );
    expect(failure.message).toContain("counted 1 of 2");
    const seed = Number(/seed: (\d+)/.exec(failure.message)?.[1]);
    const orderOf = (error: Error): string => error.message.split("\n")[1] ?? "";
    for (let time = 0; time < 3; time++) {
      const again: Error = await interleave(racing, { seed, runs: 1 }).then(
        () => new Error("not found"),
        (error: Error) => error,
      );
      expect(orderOf(again)).toBe(orderOf(failure));
    }
    expect((failure.cause as Error).message).toBe("counted 1 of 2");
  });

  it("tries every order of a few steps", async () => {
    const orders = new Set<string>();
    await interleave(
      () => {
        const order: string[] = [];
        const note = (name: string) => (): unknown => order.push(name);
        return {
          actors: { a: [note("a1"), note("a2")], b: [note("b1"), note("b2")] },
          finally: () => orders.add(order.join(" ")),
        };
      },
      { runs: 200, seed: 1 },
    );
    expect([...orders].toSorted()).toEqual([
      ...["a1 a2 b1 b2", "a1 b1 a2 b2", "a1 b1 b2 a2", "b1 a1 a2 b2", "b1 a1 b2 a2", "b1 b2 a1 a2"],
    ]);
  });

  it("asks after each step what must always hold", async () => {
    let steps = 0;
    const scenario = (): Scenario => ({
      actors: { only: [() => steps++, () => steps++, () => steps++] },
      always: () => {
        if (steps === 2) throw new Error("two");
      },
    });
    await expect(interleave(scenario, { runs: 1 })).rejects.toThrow(
      /Interleaving 1 failed: two\n {2}order: .*only/,
    );
  });

  it("lets promises call back between steps, and awaits steps that are asynchronous", async () => {
    const before = new Set<boolean>();
    await interleave(
      () => {
        let late = false;
        return {
          actors: {
            asks: [
              () => {
                void Promise.resolve().then(() => {
                  late = true;
                });
              },
              () => before.add(late),
            ],
            waits: (async function* () {
              await Promise.resolve();
              yield;
            })(),
          },
          finally: () => {
            if (!late) throw new Error("it never called back");
          },
        };
      },
      { runs: 60, seed: 3 },
    );
    expect(before).toEqual(new Set([true, false]));
  });

  it("stops an actor without an end, and refuses senseless options", async () => {
    const endless = (): Scenario => ({
      actors: {
        on: (function* () {
          for (;;) yield;
        })(),
      },
    });
    await expect(interleave(endless, { maxSteps: 20 })).rejects.toThrow("20 steps were not enough");
    await expect(interleave(endless, { runs: 0 })).rejects.toThrow("Cannot interleave with runs 0");
    await expect(interleave(endless, { seed: 1.5 })).rejects.toThrow("Cannot interleave by the seed 1.5");
  });
});

describe("seededRandom", () => {
  it("gives the same numbers for the same seed, others for another, spread over [0, 1)", () => {
    const take = (seed: number): number[] => Array.from({ length: 1000 }, seededRandom(seed));
    expect(take(5)).toEqual(take(5));
    expect(take(5)).not.toEqual(take(6));
    const mean = take(5).reduce((sum, n) => sum + n, 0) / 1000;
    expect(Math.min(...take(5))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...take(5))).toBeLessThan(1);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  });
});
