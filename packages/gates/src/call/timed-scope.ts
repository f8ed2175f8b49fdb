// A scope with a limit of its own.

import type { Clock } from "@sluice/core";
import { type CallParent, remainingOf, Scope } from "./call-context.js";

/** Has `ms` milliseconds from now on, or what is left of its parent's time when that is less. */
export class TimedScope extends Scope {
  readonly ms: number;
  private readonly clock: Clock;
  private readonly at: number;

  constructor(parent: CallParent | undefined, ms: number, clock: Clock) {
    super(parent);
    this.ms = Math.min(ms, remainingOf(parent));
    this.clock = clock;
    this.at = clock.now() + this.ms;
  }

  override remainingMs(): number {
    // Never more than at the beginning, when the clock goes back.
    const left = Math.min(this.ms, this.at - this.clock.now());
    return Math.max(0, Math.min(left, remainingOf(this.parent)));
  }
}
