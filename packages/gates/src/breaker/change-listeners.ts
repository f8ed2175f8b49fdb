// Those who want to hear of each change of a breaker. They are told in a turn of their own: a gate calls nobody back
// from within `tryAcquire`, and whoever releases a permit has nothing to do with who listens.

import { asError, dropError, requireFunction, Ring } from "@sluice/core/kit";
import type { BreakerPhase } from "./breaker-state.js";

/** What has changed. */
export interface BreakerChange {
  readonly from: BreakerPhase["kind"];
  readonly to: BreakerPhase["kind"];
  /** Such as "6 of 10 calls failed". */
  readonly why: string;
  /** Counts the changes from 1 on; a gap says how many were not told. */
  readonly generation: number;
  /** How long it will be open, in ms; undefined when it is not. */
  readonly openMs: number | undefined;
}

/** *Buffers:* the last 100 changes until listeners are told, at the end of this turn. */
export class ChangeListeners {
  private readonly listeners = new Set<{ readonly hear: (change: BreakerChange) => void }>();
  private readonly changes = new Ring<BreakerChange>(100);
  private isScheduled = false;

  /** Returns what ends the listening. */
  add(listener: (change: BreakerChange) => void): () => void {
    requireFunction("listen to a circuit breaker", listener);
    const entry = { hear: listener }; // the same function may listen twice
    this.listeners.add(entry);
    return () => void this.listeners.delete(entry);
  }

  tell(change: BreakerChange): void {
    if (this.listeners.size === 0) return;
    if (this.changes.isFull) this.changes.shift();
    this.changes.push(change);
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** What a listener changes itself is told in the next turn. */
  private flush(): void {
    this.isScheduled = false;
    for (let left = this.changes.size; left > 0 && !this.changes.isEmpty; left -= 1) {
      const change = this.changes.shift();
      for (const { hear } of [...this.listeners]) {
        try {
          hear(change);
        } catch (thrown) {
          dropError(asError(thrown, "a listener of a circuit breaker"));
        }
      }
    }
  }
}
