// A simulation follows from its seed, says what failed, and knows when nothing will ever happen.

import { range } from "@sluice/core";
import { defineService, openClient, serveTransport, stream, unchecked } from "@sluice/net";
import {
  SimRandom,
  type SimTrace,
  simulate,
  simulateSeeds,
  Simulation,
  SimulationError,
} from "@sluice/net/sim";
import { describe, expect, it } from "vitest";

const numbers = defineService("numbers", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

async function readNumbers(sim: Simulation): Promise<number> {
  const { near, far } = sim.link({ delayMs: 20, jitterMs: 15, bytesPerMs: 50 }).pair();
  const { runtime } = sim;
  serveTransport(far, numbers, { upTo: (n) => range(1, n) }, { runtime });
  const client = await openClient(near, numbers, { runtime });
  const readers = [300, 500].map(async (n) => {
    await sim.sleep(sim.random.int(0, 30));
    return client.upTo(n, { window: 64 }).reduce((sum, item) => sum + item, 0);
  });
  const [a = 0, b = 0] = await Promise.all(readers);
  return a + b;
}

describe("simulate", () => {
  it("runs a service and its client in virtual time, the same byte for byte from the same seed", async () => {
    const [first, again, other] = [
      await simulate({ seed: 11, twice: true }, readNumbers),
      await simulate({ seed: 11 }, readNumbers),
      await simulate({ seed: 12 }, readNumbers),
    ];
    expect(first.value).toBe(45_150 + 125_250);
    expect(again.trace.lines).toEqual(first.trace.lines);
    expect(again.trace.hash).toBe(first.trace.hash);
    expect(again.ms).toBe(first.ms);
    expect(other.value).toBe(first.value);
    expect(other.trace.hash).not.toBe(first.trace.hash);
    expect(first.trace.lines.slice(0, 3).map((line) => line.slice(13, 60))).toEqual([
      "client-server has connection #1",
      expect.stringMatching(/^client-server#1 server sends \d+ B: hello/),
      expect.stringMatching(/^client-server#1 client sends \d+ B: hello/),
    ]);
  });

  it("says the seed, the time, how to replay and what happened last when a scenario fails", async () => {
    const failed = await simulate({ seed: 5 }, async (sim) => {
      sim.log("about to fail");
      await sim.sleep(2.5);
      throw new Error("on purpose");
    }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(SimulationError);
    expect(failed).toMatchObject({
      code: "SIMULATION_FAILED",
      seed: 5,
      at: 2.5,
      cause: { message: "on purpose" },
    });
    const { message, trace } = failed as SimulationError;
    expect(message.split("\n")).toEqual([
      "The simulation with seed 5 failed at 2.5 ms: on purpose",
      `Replay it with simulate({ seed: 5 }, …); its trace has the hash ${trace.hash} and ends so:`,
      "       0.000 about to fail",
    ]);
  });

  it("fails with what an event throws", async () => {
    const run = simulate({ seed: 1 }, async (sim) => {
      sim.clock.schedule(3, () => {
        throw new Error("in a timer");
      });
      await sim.sleep(10);
    });
    await expect(run).rejects.toThrow("The simulation with seed 1 failed at 3 ms: in a timer");
  });

  it("finds a deadlock: a scenario that waits while nothing is under way", async () => {
    const run = simulate({ seed: 1 }, async (sim) => {
      const { near, far } = sim.link().pair();
      far.onMessage(() => {});
      await new Promise((resolve) => near.onMessage(resolve));
    });
    await expect(run).rejects.toThrow("nothing is under way that could end its wait: a deadlock");
  });

  it("ends a scenario that takes too long in virtual time", async () => {
    const run = simulate({ seed: 1, maxMs: 1000 }, async (sim) => {
      for (;;) await sim.sleep(300);
    });
    await expect(run).rejects.toThrow(
      "failed at 900 ms: The scenario did not end within 1000 ms of virtual time",
    );
  });

  it("finds a scenario that does not follow its seed", async () => {
    let runs = 0;
    const run = simulate({ seed: 1, twice: true }, (sim) => {
      runs += 1;
      sim.log(`run ${runs}`);
    });
    await expect(run).rejects.toThrow("Two runs with one seed went different ways");
  });

  it("draws a seed when none is given, and replays from it", async () => {
    const drawn = await simulate({}, (sim) => sim.random.int(1, 1e9));
    const again = await simulate({ seed: drawn.seed }, (sim) => sim.random.int(1, 1e9));
    expect(again.value).toBe(drawn.value);
  });
});

describe("simulateSeeds", () => {
  it("stops at the first seed that fails, and names it", async () => {
    const seen: number[] = [];
    const run = simulateSeeds({ firstSeed: 5, seeds: 10 }, (sim) => {
      seen.push(sim.seed);
      if (sim.seed === 7) throw new Error("unlucky");
    });
    await expect(run).rejects.toMatchObject({ seed: 7 });
    expect(seen).toEqual([5, 6, 7]);
  });
});

describe("Simulation", () => {
  it("parts nodes and joins them again: what waited arrives then", () => {
    const sim = new Simulation({ seed: 1 });
    const heard: string[] = [];
    const pairs = (["b", "c"] as const).map((name) => {
      const pair = sim.link({ between: ["a", name] }).pair();
      pair.far.onMessage(() => heard.push(`${sim.now()} ${name}`));
      return pair;
    });
    sim.partition(["a"], ["c"]);
    for (const { near } of pairs) near.send(new Uint8Array(1));
    sim.advance(10);
    expect(heard).toEqual(["0 b"]);
    sim.heal();
    sim.advance(10);
    expect(heard).toEqual(["0 b", "10 c"]);
  });

  it("runs what is due at the same time in the order of scheduling, and forgets what was cancelled", () => {
    const sim = new Simulation({ seed: 1 });
    const ran: number[] = [];
    const cancels = Array.from({ length: 500 }, (_, i) => sim.clock.schedule(i % 5, () => ran.push(i)));
    for (const [i, cancel] of cancels.entries()) if (i % 3 !== 0) cancel();
    sim.advance(10);
    const kept = Array.from({ length: 500 }, (_, i) => i).filter((i) => i % 3 === 0);
    expect(ran).toEqual([0, 1, 2, 3, 4].flatMap((rest) => kept.filter((i) => i % 5 === rest)));
  });

  it("stops a task that schedules itself without delay", () => {
    const sim = new Simulation({ seed: 1, maxTasksAtOnce: 50 });
    const again = (): void => void sim.clock.schedule(0, again);
    again();
    expect(() => sim.advance(1)).toThrow("50 tasks ran at 0 ms and time stands still");
  });

  it("keeps the newest lines of its trace and counts the others, which its hash covers", () => {
    const lines = (start: number): SimTrace => {
      const sim = new Simulation({ seed: 1, traceLines: 3 });
      for (let i = start; i < 10; i++) sim.log(`line ${i}`);
      return sim.trace;
    };
    const [all, fewer] = [lines(0), lines(5)];
    expect(all.lines).toEqual(["7", "8", "9"].map((n) => `       0.000 line ${n}`));
    expect(all.lines).toEqual(fewer.lines);
    expect([all.dropped, fewer.dropped]).toEqual([7, 2]);
    expect(all.hash).not.toBe(fewer.hash);
    expect(all.tail(1)).toBe("… 9 lines before\n       0.000 line 9");
  });

  it("refuses links and options that cannot be", () => {
    const sim = new Simulation({ seed: 1 });
    sim.link();
    expect(() => sim.link()).toThrow("Cannot link client and server twice");
    expect(() => sim.link({ between: ["a", "a"] })).toThrow("Cannot link a to itself: give two names");
    expect(() => new Simulation({ seed: 0.5 })).toThrow("from the seed 0.5: it must be an integer");
    expect(() => sim.advance(-1)).toThrow("Cannot advance by -1 ms");
    expect(() => sim.clock.schedule(Number.NaN, () => {})).toThrow("Cannot schedule in NaN ms");
  });
});

describe("SimRandom", () => {
  it("stays the same for ever: a trace of last year replays", () => {
    const random = new SimRandom(42);
    expect([random.int(0, 999), random.int(0, 999), random.int(0, 999)]).toEqual([128, 33, 75]);
  });

  it("gives a part its own numbers, whatever that part draws", () => {
    const [a, b] = [new SimRandom(1), new SimRandom(1)];
    a.fork().next();
    const fork = b.fork();
    for (let i = 0; i < 9; i++) fork.next();
    expect(a.next()).toBe(b.next());
  });
});
