import { describe, expect, it } from "vitest";
import { interleave, type Scenario } from "./interleave.js";
import { seededRandom } from "./seeded-random.js";
import { VirtualClock } from "../virtual-clock.js";

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

  it("lets the others go on while a step waits for what they do, and replays that too", async () => {
    const logOf = async (seed: number): Promise<string> => {
      const log: string[] = [];
      const scenario = (): Scenario => {
        const clock = new VirtualClock();
        return {
          actors: {
            sleeper: (async function* () {
              for (let n = 0; n < 4; n++) {
                await clock.sleep(2);
                log.push(`woke at ${clock.now()}`);
                yield;
              }
            })(),
            clock: Array.from({ length: 12 }, () => () => {
              log.push("tick");
              return clock.advanceSettled(1);
            }),
            other: [1, 2, 3].map((n) => async () => {
              for (let turn = 0; turn < 20; turn++) await null;
              log.push(`other ${n}`);
            }),
          },
        };
      };
      await interleave(scenario, { seed, runs: 1 }).catch((error: Error) => log.push(error.message));
      return log.join(", ");
    };
    const [five, six] = [await logOf(5), await logOf(6)];
    expect(five).toContain("woke at 2");
    expect(five).not.toBe(six);
    for (let time = 0; time < 5; time++) expect([await logOf(5), await logOf(6)]).toEqual([five, six]);
  });

  it("fails when all wait for one another, and names them", async () => {
    const scenario = (): Scenario => ({
      actors: {
        first: [() => new Promise(() => {})],
        second: [() => {}],
        third: [() => new Promise(() => {})],
      },
    });
    await expect(interleave(scenario, { seed: 1, runs: 1 })).rejects.toThrow(
      /first, third: all wait\n.*\n.*seed: 1/,
    );
  });

  it("fails with an actor that rejects, at once or late, and with what must always hold in a while", async () => {
    const late = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("rejected");
    };
    for (const actors of [{ a: [late] }, { a: [() => Promise.reject(new Error("rejected"))] }]) {
      await expect(interleave(() => ({ actors }), { runs: 1 })).rejects.toThrow("rejected");
    }
    const always = (): Promise<void> => Promise.reject(new Error("does not hold"));
    await expect(interleave(() => ({ actors: { a: [() => {}] }, always }), { runs: 1 })).rejects.toThrow(
      "does not hold",
    );
  });

  it("says what is no actor and no scenario", async () => {
    const run = (scenario: unknown): Promise<void> => interleave(scenario as () => Scenario, { runs: 1 });
    await expect(run(() => {})).rejects.toThrow(
      "the scenario is undefined: it must be an object with actors",
    );
    await expect(run(() => ({ actors: { a: () => {} } }))).rejects.toThrow(
      "the actor a is no list of functions and no generator; call a generator function",
    );
    await expect(run(() => ({ actors: { a: null } }))).rejects.toThrow("the actor a is no list");
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
    await expect(interleave(endless, { seed: 2 ** 60 })).rejects.toThrow("it must be a safe integer");
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
