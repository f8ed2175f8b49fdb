// A world of its own: time, chance, nodes and the links between them. Nothing in it looks at the machine's clock or
// draws real chance, so its seed decides everything.
//
// Learnt from the deterministic simulations of FoundationDB, TigerBeetle and turmoil: one thread, one order of
// events, faults by name, a seed that replays, and a world that can say when nothing will ever happen again.

import type { Clock } from "@sluice/core";
import type { Runtime } from "../service/connection/runtime.js";
import type { LinkConditions } from "./link-conditions.js";
import { SimClock } from "./sim-clock.js";
import { SimLink } from "./sim-link.js";
import { SimRandom } from "./sim-random.js";
import { SimTrace } from "./sim-trace.js";

/** What a simulation is made of. */
export interface SimulationOptions {
  /** An integer that decides every chance. */
  readonly seed: number;
  /** Lines of the trace that are kept, default 10,000; 0: no trace, which is several times as fast. */
  readonly traceLines?: number;
  /** Tasks that may run without time going on, default 100,000: one more is a loop, and an error. */
  readonly maxTasksAtOnce?: number;
}

/** What `link` is told: whom it joins, and how. */
export interface LinkOptions extends Partial<LinkConditions> {
  /** Names of the two nodes, default "client" and "server". */
  readonly between?: readonly [string, string];
}

const TRACE_LINES = 10_000;
const TASKS_AT_ONCE = 100_000;

/**
 * A simulated network in virtual time. Use it by hand, as here, or let `simulate` run an asynchronous scenario.
 *
 * *Buffers:* a million waiting tasks, the newest `traceLines` lines, and what the links hold. *Errors:* what a task
 * throws comes out of `step` and `advance`.
 *
 * @example
 * ```ts
 * import { Simulation } from "@sluice/net/sim";
 * const sim = new Simulation({ seed: 7 });
 * const { near, far } = sim.link({ delayMs: 25 }).pair();
 * far.onMessage(() => far.send(new Uint8Array([2])));
 * near.onMessage(() => console.log("answered at", sim.now(), "ms"));
 * near.send(new Uint8Array([1]));
 * sim.advance(60_000); // prints answered at 50 ms
 * ```
 */
export class Simulation {
  readonly seed: number;
  readonly random: SimRandom;
  /** Virtual time: give it to whatever takes a `Clock`. */
  readonly clock: Clock;
  /** For `serveTransport` and `openClient`: what they put off happens at the same time, behind what is due. */
  readonly runtime: Runtime;
  /** What happened; empty with `traceLines: 0`. */
  readonly trace: SimTrace;
  private readonly time = new SimClock();
  private readonly isTraced: boolean;
  private readonly maxTasksAtOnce: number;
  private readonly links: SimLink[] = [];
  private tasksAtOnce = 0;
  private lastTask = -1;

  constructor({ seed, traceLines = TRACE_LINES, maxTasksAtOnce = TASKS_AT_ONCE }: SimulationOptions) {
    this.seed = seed;
    this.random = new SimRandom(seed);
    if (!Number.isSafeInteger(traceLines) || traceLines < 0) {
      throw new RangeError(`Cannot keep ${String(traceLines)} lines of a trace: it must be an integer >= 0`);
    }
    if (!Number.isSafeInteger(maxTasksAtOnce) || maxTasksAtOnce < 1) {
      throw new RangeError(`Cannot run ${String(maxTasksAtOnce)} tasks at once: it must be an integer >= 1`);
    }
    this.isTraced = traceLines > 0;
    this.trace = new SimTrace(Math.max(1, traceLines));
    this.maxTasksAtOnce = maxTasksAtOnce;
    const { time } = this;
    this.clock = time;
    // Its own chance: what clients and servers draw does not change what links and scenarios see.
    const chance = new SimRandom(seed ^ 0x5eed);
    this.runtime = {
      clock: time,
      defer: (task) => void time.schedule(0, task),
      random: () => chance.next(),
      randomBytes: (count) => Uint8Array.from({ length: count }, () => chance.int(0, 255)),
    };
  }

  /** Milliseconds since the beginning. */
  now(): number {
    return this.time.now();
  }

  /** Makes the link between two nodes; there is one for each two. */
  link({ between = ["client", "server"], ...conditions }: LinkOptions = {}): SimLink {
    const [near, far] = between;
    if (near === far) throw new RangeError(`Cannot link ${near} to itself: give two names`);
    if (this.links.some(({ nodes }) => nodes.includes(near) && nodes.includes(far))) {
      throw new RangeError(
        `Cannot link ${near} and ${far} twice: keep the first link, and change it with set()`,
      );
    }
    const { time: clock, random, isTraced, trace } = this;
    const link = new SimLink([near, far], conditions, {
      clock,
      random: random.fork(),
      trace: isTraced ? trace : undefined,
    });
    this.links.push(link);
    return link;
  }

  /** Parts every node of `some` from every node of `others`; default: all links. */
  partition(some?: readonly string[], others?: readonly string[]): void {
    for (const link of this.links) {
      const [a, b] = link.nodes;
      const isBetween =
        (some?.includes(a) ?? true) && (others?.includes(b) ?? true)
          ? true
          : (some?.includes(b) ?? true) && (others?.includes(a) ?? true);
      if (isBetween) link.part();
    }
  }

  /** Joins all nodes again. */
  heal(): void {
    for (const link of this.links) link.heal();
  }

  /** Writes a line of your own into the trace. */
  log(text: string): void {
    if (this.isTraced) this.trace.add(`${this.now().toFixed(3).padStart(12)} ${text}`);
  }

  /** Resolves when `ms` milliseconds of virtual time have passed. For scenarios of `simulate`. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.time.schedule(ms, resolve);
    });
  }

  /** When the next thing happens; `Infinity`: nothing will. */
  nextAt(): number {
    return this.time.nextAt();
  }

  /** Lets the next thing happen, at its time; false when there is none. */
  step(): boolean {
    if (!this.time.step()) return false;
    const now = this.time.now();
    this.tasksAtOnce = now === this.lastTask ? this.tasksAtOnce + 1 : 1;
    this.lastTask = now;
    if (this.tasksAtOnce > this.maxTasksAtOnce) {
      throw new RangeError(
        `Cannot go on: ${this.maxTasksAtOnce} tasks ran at ${now} ms and time stands still; look for a task that ` +
          "schedules itself without delay, or raise maxTasksAtOnce",
      );
    }
    return true;
  }

  /** Lets `ms` milliseconds pass, with all that happens in them. For code without promises. */
  advance(ms: number): void {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Cannot advance by ${String(ms)} ms: it must be a finite number >= 0`);
    }
    const end = this.now() + ms;
    while (this.nextAt() <= end) this.step();
    this.time.arrive(end);
  }
}
