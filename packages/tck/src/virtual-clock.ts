// Time that stands still until a test moves it, so that no test waits and none depends on how fast the
// machine is.

import type { Clock } from "@sluice/core";
import { messageTurns } from "./settle.js";

/** Bounds of a virtual clock. */
export interface VirtualClockOptions {
  /** How many tasks may wait at once; default 100,000. */
  readonly capacity?: number;
  /** How many tasks one `advance` may run: stops a task that schedules itself without delay; default 100,000. */
  readonly maxTasks?: number;
  /** How many turns of the event loop `advanceSettled` gives before each task and at the end; default 3. */
  readonly turns?: number;
}

/**
 * A `Clock` in virtual time, which starts at 0.
 *
 * *Buffers:* the waiting tasks, at most `capacity`; one more makes `schedule` throw a `RangeError`.
 * *Errors:* what a task throws comes out of `advance`; the clock stays usable. *Cancel:* the function that
 * `schedule` returns forgets the task at once.
 *
 * @example
 * ```ts
 * import { VirtualClock } from "@sluice/tck";
 * const clock = new VirtualClock();
 * clock.schedule(30, () => console.log("at", clock.now()));
 * clock.advance(60_000); // prints at 30
 * ```
 */
export class VirtualClock implements Clock {
  readonly #capacity: number;
  readonly #maxTasks: number;
  readonly #turns: number;
  /** In the order in which they run: by time, then by the order of scheduling. */
  readonly #waiting: Entry[] = [];
  #now = 0;

  constructor({ capacity = 100_000, maxTasks = 100_000, turns = 3 }: VirtualClockOptions = {}) {
    this.#capacity = checkCount(capacity, "capacity");
    this.#maxTasks = checkCount(maxTasks, "maxTasks");
    this.#turns = checkCount(turns, "turns");
  }

  /** How many tasks wait. */
  get pending(): number {
    return this.#waiting.length;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, task: () => void): () => void {
    checkMs(delayMs, "schedule in");
    if (typeof task !== "function")
      throw new TypeError(`Cannot schedule ${String(task)}: a task is a function`);
    if (this.#waiting.length >= this.#capacity) {
      throw new RangeError(`Cannot schedule task ${this.#capacity + 1}: capacity is ${this.#capacity} tasks`);
    }
    const entry: Entry = { at: this.#now + delayMs, task };
    this.#waiting.splice(this.#place(entry.at), 0, entry);
    return () => {
      const index = this.#waiting.indexOf(entry);
      if (index >= 0) this.#waiting.splice(index, 1);
    };
  }

  /**
   * Moves time on by `ms` milliseconds and runs what falls due, each task at its own time, those of the same
   * time in the order in which they were scheduled, also those which tasks schedule on the way.
   */
  advance(ms: number): void {
    checkMs(ms, "advance by");
    const end = this.#now + ms;
    let ran = 0;
    for (let next = this.#waiting[0]; next !== undefined && next.at <= end; next = this.#waiting[0]) {
      this.#refuseTooMany(++ran, next.at, end);
      this.#run(next);
    }
    this.#arrive(end);
  }

  /**
   * Moves time on like `advance`, and lets every promise that is settled call back before the next task runs and
   * before time goes on: code that awaits sees the same order each time, however many awaits follow one another.
   * Resolves when nothing is left to run by then. Code that waits for the host itself, for its messages or
   * `setImmediate`, has `turns` turns of the event loop for it; its timers and files belong to real time.
   *
   * @example
   * ```ts
   * import { VirtualClock } from "@sluice/tck";
   * const clock = new VirtualClock();
   * async function work(): Promise<void> {
   *   for (const step of ["first", "second"]) {
   *     await clock.sleep(10);
   *     console.log(step, "at", clock.now());
   *   }
   * }
   * void work();
   * await clock.advanceSettled(20);
   * // prints first at 10
   * // prints second at 20
   * ```
   */
  async advanceSettled(ms: number): Promise<void> {
    checkMs(ms, "advance by");
    const end = this.#now + ms;
    let ran = 0;
    await messageTurns(this.#turns); // what was scheduled by promises that are settled already
    for (let next = this.#waiting[0]; next !== undefined && next.at <= end; next = this.#waiting[0]) {
      this.#refuseTooMany(++ran, next.at, end);
      this.#run(next);
      await messageTurns(this.#turns);
    }
    this.#arrive(end);
  }

  /** Resolves when `ms` milliseconds have gone by; rejects with the reason of `signal` when that aborts first. */
  sleep(ms: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.schedule(ms, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Time that a task, or code that ran between two, has moved on further does not go back. */
  #arrive(end: number): void {
    if (end > this.#now) this.#now = end;
  }

  #refuseTooMany(ran: number, at: number, end: number): void {
    if (ran <= this.#maxTasks) return;
    throw new RangeError(`Cannot advance to ${end} ms: ${ran - 1} tasks ran by ${at} ms, and more wait`);
  }

  #run(entry: Entry): void {
    this.#waiting.splice(0, 1);
    this.#now = entry.at;
    entry.task();
  }

  /** The index behind all entries that are due at `at` or before. */
  #place(at: number): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#waiting[middle];
      if (entry !== undefined && entry.at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function checkMs(ms: number, action: string): void {
  if (typeof ms === "number" && ms >= 0 && ms < Number.POSITIVE_INFINITY) return;
  throw new RangeError(`Cannot ${action} ${String(ms)} ms: it must be a finite number >= 0`);
}

function checkCount(count: number, name: string): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw new RangeError(`Cannot make a clock with ${name} ${String(count)}: it must be an integer >= 1`);
}

interface Entry {
  readonly at: number;
  readonly task: () => void;
}
