// Time that stands still until a test moves it, so that no test waits and none depends on how fast the
// machine is.

import type { Clock } from "@sluice/core";

/** Bounds of a virtual clock. */
export interface VirtualClockOptions {
  /** How many tasks may wait at once; default 100,000. */
  readonly capacity?: number;
  /** How many tasks one `advance` may run: stops a task that schedules itself without delay; default 100,000. */
  readonly maxTasks?: number;
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
  /** In the order in which they run: by time, then by the order of scheduling. */
  readonly #waiting: Entry[] = [];
  #now = 0;

  constructor({ capacity = 100_000, maxTasks = 100_000 }: VirtualClockOptions = {}) {
    this.#capacity = capacity;
    this.#maxTasks = maxTasks;
  }

  /** How many tasks wait. */
  get pending(): number {
    return this.#waiting.length;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, task: () => void): () => void {
    if (typeof delayMs !== "number" || !(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(
        `Cannot schedule in ${String(delayMs)} ms: the delay must be a finite number >= 0`,
      );
    }
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
    if (typeof ms !== "number" || !(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Cannot advance by ${String(ms)} ms: it must be a finite number >= 0`);
    }
    const end = this.#now + ms;
    let ran = 0;
    for (let next = this.#waiting[0]; next !== undefined && next.at <= end; next = this.#waiting[0]) {
      if (ran === this.#maxTasks) {
        throw new RangeError(`Cannot advance to ${end} ms: ${ran} tasks ran by ${next.at} ms, and more wait`);
      }
      ran++;
      this.#waiting.splice(0, 1);
      this.#now = next.at;
      next.task();
    }
    this.#now = end;
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

interface Entry {
  readonly at: number;
  readonly task: () => void;
}
