// Keeps the session's time: one timer, at the earliest moment that it names.

import type { Clock } from "@sluice/core";

/** One wake-up at a time. */
export class Ticker {
  private readonly clock: Clock;
  private readonly task: () => void;
  /** When the wake-up will come; Infinity when none is scheduled. */
  private at = Number.POSITIVE_INFINITY;
  private cancel: () => void = nothing;

  constructor(clock: Clock, task: () => void) {
    this.clock = clock;
    this.task = () => {
      this.at = Number.POSITIVE_INFINITY;
      task();
    };
  }

  /**
   * Sees to it that the task runs at `at` or before; `Infinity` asks for nothing. A wake-up that was wanted earlier
   * and is not any more still comes: looking once too often is cheaper than a timer for each message.
   */
  atLatest(at: number): void {
    if (at >= this.at) return;
    this.cancel();
    this.at = at;
    this.cancel = this.clock.schedule(Math.max(0, at - this.clock.now()), this.task);
  }

  stop(): void {
    this.cancel();
    this.at = Number.NEGATIVE_INFINITY;
  }
}

function nothing(): void {}
