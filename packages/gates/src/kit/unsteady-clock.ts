// Time for the cases of the kit: it stands still, jumps, also backwards, and fails when it is told to, as the clocks of
// machines do that are set, suspended and moved.

import type { Clock } from "@sluice/core";

/**
 * A `Clock` that a test moves; it starts at a million milliseconds, so that there is a past to jump to.
 *
 * *Buffers:* the tasks that wait. *Errors:* what `failWith` was given, from `now` and `schedule`.
 *
 * @example
 * ```ts
 * import { tokenBucket } from "@sluice/gates";
 * import { UnsteadyClock } from "@sluice/gates/kit";
 * const clock = new UnsteadyClock();
 * const gate = tokenBucket({ capacity: 1, ratePerSecond: 1, clock });
 * gate.tryAcquire();
 * clock.jump(-500); // somebody has set the clock
 * console.log(gate.tryAcquire().granted); // prints false
 * clock.advance(1500);
 * console.log(gate.tryAcquire().granted, clock.pending); // prints true 0
 * ```
 */
export class UnsteadyClock implements Clock {
  private time = 1_000_000;
  private failure: Error | undefined = undefined;
  private readonly tasks = new Set<Task>();

  /** Tasks that wait. */
  get pending(): number {
    return this.tasks.size;
  }

  now(): number {
    if (this.failure !== undefined) throw this.failure;
    return this.time;
  }

  schedule(delayMs: number, task: () => void): () => void {
    if (this.failure !== undefined) throw this.failure;
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Cannot schedule a task in ${delayMs} ms: it must be a finite number >= 0`);
    }
    const entry: Task = { left: delayMs, task };
    this.tasks.add(entry);
    return () => void this.tasks.delete(entry);
  }

  /** Time goes by: the tasks that fall due run, each at its time. */
  advance(ms: number): void {
    for (let left = ms; ; ) {
      const next = this.soonest();
      const step = next === undefined ? left : Math.min(left, next.left);
      this.time += step;
      for (const task of this.tasks) task.left -= step;
      left -= step;
      if (next === undefined || next.left > 0) return;
      this.tasks.delete(next);
      next.task();
    }
  }

  /** Somebody sets the clock: what waits goes on waiting just as long, as timers do. */
  jump(ms: number): void {
    this.time += ms;
  }

  /** From now on it throws this; `undefined`: it works again. */
  failWith(error: Error | undefined): void {
    this.failure = error;
  }

  private soonest(): Task | undefined {
    let soonest: Task | undefined;
    for (const task of this.tasks) if (soonest === undefined || task.left < soonest.left) soonest = task;
    return soonest;
  }
}

interface Task {
  left: number;
  readonly task: () => void;
}
