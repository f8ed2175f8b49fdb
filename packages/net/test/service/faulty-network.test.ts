// A real server and a real client in a simulated network that is cut, held, muted, parted and slowed at random, with
// a server that dies and comes back knowing nothing. Whatever happens: a restartable stream has no gap and no double,
// any other stream is a prefix with one end that says how far it came, and a call has exactly one end, which says the
// truth about whether it may have run. A seed that fails is named, with the trace, and replays.

import { defineService, ConnectionLostError, call, stream, unchecked } from "@sluice/net";
import { type SimRandom, simulateSeeds, type Simulation, simulate } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";
import { plenty, type SimServer, simServer } from "./sim-service.js";

const service = defineService("log", {
  lines: stream({ input: unchecked<number>(), output: unchecked<number>(), restartable: true }),
  ticks: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  book: call({ input: unchecked<number>(), output: unchecked<number>() }),
});
type Server = SimServer<(typeof service)["routes"]>;

const LINES = 400;
const CALLS = 12;
/** Virtual time of the faults, ms; then the network is left alone. */
const FAULTS_MS = 8000;

/** Everything that one run does, and what it must come to. */
async function run(sim: Simulation): Promise<string> {
  const random = sim.random.fork();
  /** How often each call was run by any server process: a call is booked by its number. */
  const booked = new Map<number, number>();
  const server = simServer(sim, service, handlersOf(sim, booked), {
    delayMs: random.int(0, 60),
    limits: { heartbeatMs: 500, resumeMs: random.pick([1500, 30_000]) },
  });
  const client = await server.connect({
    reconnect: { capMs: 300 },
    retryBudget: plenty(sim),
    limits: { heartbeatMs: 500, ...(random.chance(0.5) ? { replayBytes: 20_000 } : {}) },
  });
  const faults = trouble(sim, server, random);
  const ends = await Promise.all([
    ...[LINES, LINES / 2].map((n) => readLines(client.lines(n), n, sim, random.fork())),
    readTicks(client.ticks(LINES), sim, random.fork()),
    ...Array.from({ length: CALLS }, (_, i) => book(i, sim, random.fork(), (n) => client.book(n), booked)),
  ]);
  await faults;
  expect([...booked.values()].filter((times) => times > 1)).toEqual([]);
  await client.close();
  return ends.join(" ");
}

function handlersOf(sim: Simulation, booked: Map<number, number>) {
  return {
    async *lines(n: number, { offset }: { offset: number }) {
      for (let i = offset; i < n; i += 1) {
        if (i % 64 === 0) await sim.sleep(1);
        yield i;
      }
    },
    async *ticks(n: number) {
      for (let i = 0; i < n; i += 1) {
        if (i % 16 === 0) await sim.sleep(40);
        yield i;
      }
    },
    async book(n: number) {
      booked.set(n, (booked.get(n) ?? 0) + 1);
      await sim.sleep(30);
      return n * 2;
    },
  };
}

/** No gap, no double, and an end, whatever happens in between. */
async function readLines(
  lines: { forEach(take: (n: number) => void | Promise<void>): Promise<void> },
  count: number,
  sim: Simulation,
  random: SimRandom,
): Promise<string> {
  let next = 0;
  await lines.forEach(async (n) => {
    expect(n).toBe(next);
    next += 1;
    if (n % 20 === 0) await sim.sleep(random.int(0, 200));
  });
  expect(next).toBe(count);
  return `lines ${next}`;
}

/** A prefix, in order, and one end that says how much came. */
async function readTicks(
  ticks: { forEach(take: (n: number) => void): Promise<void> },
  sim: Simulation,
  random: SimRandom,
): Promise<string> {
  await sim.sleep(random.int(0, 2000));
  let next = 0;
  try {
    await ticks.forEach((n) => {
      expect(n).toBe(next);
      next += 1;
    });
  } catch (error) {
    if (!(error instanceof ConnectionLostError)) throw error;
    expect(error.delivered).toBe(next);
    if (error.notStarted) expect(next).toBe(0);
    return "ticks-lost";
  }
  expect(next).toBe(LINES);
  return "ticks";
}

/** One end, and the truth about whether it may have run. */
async function book(
  number: number,
  sim: Simulation,
  random: SimRandom,
  ask: (n: number) => Promise<number>,
  booked: ReadonlyMap<number, number>,
): Promise<string> {
  await sim.sleep(random.int(0, FAULTS_MS));
  try {
    expect(await ask(number)).toBe(number * 2);
  } catch (error) {
    if (!(error instanceof ConnectionLostError)) throw error;
    if (error.notStarted) expect(booked.get(number) ?? 0).toBe(0);
    return error.notStarted ? "not-started" : "lost";
  }
  expect(booked.get(number)).toBe(1);
  return "booked";
}

/** Faults for a while, then a network and a server that work. */
async function trouble(sim: Simulation, server: Server, random: SimRandom): Promise<void> {
  const { link } = server;
  let isUp = true;
  while (sim.now() < FAULTS_MS) {
    await sim.sleep(random.int(20, 1200));
    const fault = random.pick(["cut", "cut", "hold", "mute", "reset", "part", "slow", "crash"] as const);
    sim.log(`fault: ${fault}`);
    const connection = link.connections.at(-1);
    switch (fault) {
      case "cut":
        link.cut({ arrives: { client: random.int(0, 300), server: random.int(0, 3000) } });
        break;
      case "hold":
        // It comes back when another one has taken its place, or has not.
        connection?.hold({ from: random.pick(link.nodes) });
        sim.clock.schedule(random.int(100, 3000), () => connection?.release());
        break;
      case "mute":
        connection?.mute({ from: random.pick(link.nodes) });
        break;
      case "reset":
        connection?.reset({ from: random.pick(link.nodes) });
        break;
      case "part":
        link.part();
        await sim.sleep(random.int(10, 2500));
        link.heal();
        break;
      case "slow":
        link.set({ bytesPerMs: random.pick([5, 100, 10_000]), jitterMs: random.int(0, 30) });
        break;
      default:
        if (!isUp || random.chance(0.5)) break;
        isUp = false;
        server.crash();
        await sim.sleep(random.int(10, 800));
        server.start();
        isUp = true;
    }
  }
  link.heal();
  link.set({ bytesPerMs: Number.POSITIVE_INFINITY, jitterMs: 0 });
}

describe("a service in a faulty network", () => {
  it("keeps every stream and call to one end that tells the truth, over many seeds", async () => {
    const ends = new Set<string>();
    await simulateSeeds({ firstSeed: 1, seeds: 30, traceLines: 400, maxMs: 600_000 }, async (sim) => {
      for (const end of (await run(sim)).split(" ")) ends.add(end);
    });
    // What the faults must have brought about, or this has tested nothing.
    expect([...ends]).toEqual(expect.arrayContaining(["booked", "lost", "ticks", "ticks-lost"]));
  });

  it("goes the same way from the same seed, faults and all", async () => {
    const { value, trace } = await simulate({ seed: 7, twice: true, maxMs: 600_000 }, run);
    expect(value.split(" ")).toContain("booked");
    expect(trace.hash).toHaveLength(16);
  });
});
