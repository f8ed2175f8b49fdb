// The deliberately slow step of the demo: as if each flight had to be looked up somewhere that takes 0.5 ms.
//
// Why not `setTimeout(resolve, 1)`: Node's timers fire after 1.1 ms at best and later on a busy machine, so
// 16 at once give 14,000 flights a second, 200,000 would take 14 s, and how long would depend on the
// machine's mood. Here time runs in fixed steps of 0.5 ms; a timer that fires late makes up for it by one step
// after another, each in a turn of the event loop of its own, so that what comes after a lookup takes part in
// the next step. The pace is 16 / 0.5 ms = 32,000 flights a second on any machine that can do it at all, and
// nothing spins: between timers the process sleeps.

import type { EnrichedFlight, Flight } from "./flight.js";

/** How many lookups the demo has running at once. */
export const LOOKUPS_AT_ONCE = 16;
/** How long one takes, in milliseconds. */
export const LOOKUP_MS = 0.5;

/** Time as the step knows it; tests pass their own. */
export interface StepTime {
  /** Milliseconds, with a fraction. */
  now(): number;
  /** Runs the task after 1 ms or later, as timers are. */
  sleep(task: () => void): void;
  /** Runs the task in the next turn of the event loop, after what this turn has set going. */
  nextTurn(task: () => void): void;
}

/**
 * A slow lookup of flights.
 *
 * *Buffers:* the lookups that run, which the caller bounds (`mapAsync`, p-limit).
 */
export class SlowStep {
  private running: (() => void)[] = [];
  private clockMs = 0;
  private ticking = false;
  private readonly time: StepTime;

  constructor(time: StepTime = machineTime) {
    this.time = time;
  }

  /** Adds what the demo wants to know, at the end of the clock's next step. */
  async enrich(flight: Flight): Promise<EnrichedFlight> {
    await new Promise<void>((resolve) => {
      this.running.push(resolve);
      if (!this.ticking) this.start();
    });
    return { ...flight, hour: Math.floor(flight.time) };
  }

  private start(): void {
    this.ticking = true;
    this.clockMs = this.time.now();
    this.time.sleep(this.tick);
  }

  private readonly tick = (): void => {
    const now = this.time.now();
    // A process that stood still for longer (a forced collection) does not make up for all of it.
    this.clockMs = Math.max(this.clockMs, now - LONGEST_CATCH_UP_MS);
    if (now - this.clockMs >= LOOKUP_MS) {
      this.clockMs += LOOKUP_MS;
      this.ticking = this.finishRunning() > 0;
    }
    // A step that found no lookup has stopped the clock; the next lookup starts it anew.
    if (!this.ticking) return;
    if (now - this.clockMs >= LOOKUP_MS) this.time.nextTurn(this.tick);
    else this.time.sleep(this.tick);
  };

  private finishRunning(): number {
    const finished = this.running;
    this.running = [];
    for (const finish of finished) finish();
    return finished.length;
  }
}

const machineTime: StepTime = {
  now: () => performance.now(),
  sleep: (task) => void setTimeout(task, 1),
  nextTurn: (task) => void setImmediate(task),
};

/** Longest delay that the clock catches up with, in milliseconds: 100 steps. */
const LONGEST_CATCH_UP_MS = 50;
