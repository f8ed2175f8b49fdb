// Time as our stages know it. It is always passed in, so that tests run in virtual time: no operator calls a
// timer or reads a clock by itself.

/**
 * A source of time in milliseconds, and a place to ask for a wake-up.
 */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes backwards, may have a fraction. */
  now(): number;
  /**
   * Runs `task` once, `delayMs` milliseconds from now or as soon after as can be, never before `schedule`
   * has returned. Returns what cancels it: calling that twice, or after the task ran, does nothing.
   */
  schedule(delayMs: number, task: () => void): () => void;
}

/** What every source and operator of time takes. */
export interface ClockOptions {
  /** Default: `systemClock`. */
  readonly clock?: Clock | undefined;
}
