// Runs a scenario that awaits: between two events every promise that is settled calls back, so that the order is
// the same each time, however many awaits follow one another.

import type { SimTrace } from "./sim-trace.js";
import { Simulation, type SimulationOptions } from "./simulation.js";
import { SimulationError } from "./simulation-error.js";

/** What `simulate` can be told. */
export interface SimulateOptions extends Omit<SimulationOptions, "seed"> {
  /** An integer; left out: one is drawn, and named when the scenario fails. */
  readonly seed?: number;
  /** Virtual time after which a scenario has failed, in milliseconds. Default 3,600,000, an hour. */
  readonly maxMs?: number;
  /** Runs the scenario a second time and fails if it went another way: something in it follows no seed. */
  readonly twice?: boolean;
}

/** How a simulation went. */
export interface Simulated<T> {
  /** What the scenario returned. */
  readonly value: T;
  readonly seed: number;
  /** Virtual time at the end, in milliseconds. */
  readonly ms: number;
  readonly trace: SimTrace;
}

const MAX_MS = 3_600_000;

/**
 * Runs a scenario in a simulated network, in virtual time: an hour of it takes moments, and the same seed gives the
 * same run, byte for byte. Ends with the scenario; what is then under way is let go.
 *
 * The scenario may await only what the simulation moves: its `sleep`, its links, clients and servers that run on
 * `sim.runtime`. Real timers, sockets and files follow no seed; `twice` finds that out.
 *
 * *Errors:* rejects with a `SimulationError` that names the seed and shows the end of the trace when the scenario
 * throws, when an event throws, when `maxMs` are over, and when it waits for something that will never happen:
 * nothing is under way any more, a deadlock.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { defineService, openClient, serveTransport, stream, unchecked } from "@sluice/net";
 * import { simulate } from "@sluice/net/sim";
 * const numbers = defineService("numbers", { upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }) });
 * const { ms } = await simulate({ seed: 1 }, async (sim) => {
 *   const { near, far } = sim.link({ delayMs: 50, bytesPerMs: 1000 }).pair();
 *   serveTransport(far, numbers, { upTo: (n) => range(1, n) }, { runtime: sim.runtime });
 *   const client = await openClient(near, numbers, { runtime: sim.runtime });
 *   console.log(await client.upTo(3, { window: 256 }).toArray()); // prints [ 1, 2, 3 ]
 * });
 * console.log(ms > 150 && ms < 160); // prints true
 * ```
 */
export async function simulate<T>(
  options: SimulateOptions,
  scenario: (sim: Simulation) => T | Promise<T>,
): Promise<Simulated<T>> {
  const { maxMs = MAX_MS, twice = false, ...rest } = options;
  if (!(maxMs > 0)) throw new RangeError(`Cannot simulate ${String(maxMs)} ms: maxMs must be above 0`);
  const seed = options.seed ?? drawnSeed();
  const first = await runOnce({ ...rest, seed }, maxMs, scenario);
  if (!twice) return first;
  const second = await runOnce({ ...rest, seed }, maxMs, scenario);
  if (first.trace.hash !== second.trace.hash) {
    throw new SimulationError(
      seed,
      second.ms,
      second.trace,
      new Error(difference(first.trace, second.trace)),
    );
  }
  return first;
}

/**
 * Runs a scenario with many seeds, one after the other, and stops at the first that fails.
 *
 * *Errors:* as `simulate`.
 *
 * @example
 * ```ts
 * import { simulateSeeds } from "@sluice/net/sim";
 * const ran = await simulateSeeds({ firstSeed: 100, seeds: 20 }, async (sim) => {
 *   await sim.sleep(sim.random.int(1, 1000));
 * });
 * console.log(ran); // prints 20
 * ```
 */
export async function simulateSeeds(
  options: Omit<SimulateOptions, "seed"> & { readonly firstSeed?: number; readonly seeds: number },
  scenario: (sim: Simulation) => unknown,
): Promise<number> {
  const { firstSeed = 1, seeds, ...rest } = options;
  if (!Number.isSafeInteger(seeds) || seeds < 1) {
    throw new RangeError(`Cannot simulate with ${String(seeds)} seeds: it must be an integer >= 1`);
  }
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) await simulate({ ...rest, seed }, scenario);
  return seeds;
}

async function runOnce<T>(
  options: SimulationOptions,
  maxMs: number,
  scenario: (sim: Simulation) => T | Promise<T>,
): Promise<Simulated<T>> {
  const sim = new Simulation(options);
  try {
    return { value: await driven(sim, maxMs, scenario), seed: sim.seed, ms: sim.now(), trace: sim.trace };
  } catch (error) {
    throw new SimulationError(sim.seed, sim.now(), sim.trace, error);
  }
}

async function driven<T>(
  sim: Simulation,
  maxMs: number,
  scenario: (sim: Simulation) => T | Promise<T>,
): Promise<T> {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  const running = (async () => scenario(sim))();
  running.then(
    (value) => {
      outcome = { value };
    },
    (error: unknown) => {
      outcome = { error };
    },
  );
  for (;;) {
    await promisesSettled();
    if (outcome !== undefined) break;
    if (sim.nextAt() > maxMs) throw new Error(whyStuck(sim, maxMs));
    sim.step();
  }
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

function whyStuck(sim: Simulation, maxMs: number): string {
  if (sim.nextAt() === Number.POSITIVE_INFINITY) {
    return "The scenario waits, and nothing is under way that could end its wait: a deadlock, or real time in it";
  }
  return `The scenario did not end within ${maxMs} ms of virtual time; look for what it waits for, or raise maxMs`;
}

function difference(first: SimTrace, second: SimTrace): string {
  const [a, b] = [first.lines, second.lines];
  const at = a.findIndex((line, index) => line !== b[index]);
  const text = (lines: readonly string[]): string => JSON.stringify(lines[at] ?? "nothing");
  const shown = at < 0 ? "in lines that were dropped" : `first ${text(a)}, then ${text(b)}`;
  return `Two runs with one seed went different ways: ${shown}; look for real time, Math.random or a shared state`;
}

/** A turn of the event loop: all settled promises have called back by then. */
function promisesSettled(): Promise<void> {
  return new Promise(nextTurn);
}

const nextTurn: (task: () => void) => void = turner();

function turner(): (task: () => void) => void {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  if (immediate !== undefined) return (task) => void immediate(task);
  return (task) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      task();
    };
    port2.postMessage(undefined);
  };
}

function drawnSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
