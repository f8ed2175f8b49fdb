// How far away the peer is, from the PINGs that were answered. Pure.
//
// The least of the last ten seconds counts (BBR's filter): whatever is above it was time in a line, some of it our
// own. When no sample comes near the least for so long, either the way has become longer or a line never empties
// because of us. Nobody can tell which without looking: so whoever sends by this figure sends less for a moment
// (`isProbing`), and what is measured then is the new least.

/** The round trip of a connection. */
export class RoundTrip {
  /** Least of late, in milliseconds; undefined before the first answer. */
  leastMs: number | undefined = undefined;
  /** The last one measured, in milliseconds. */
  latestMs: number | undefined = undefined;
  /** The least is in doubt: ask for less than it allows, until it is known again. */
  isProbing = false;
  private confirmedAt = 0;
  private probingSince = 0;

  /** A PING was answered after `ms`. */
  sample(ms: number, now: number): void {
    this.latestMs = ms;
    const { leastMs } = this;
    if (leastMs === undefined || ms <= leastMs * NEAR) {
      this.leastMs = Math.min(ms, leastMs ?? ms);
      this.confirm(now);
    } else if (this.isProbing) {
      // Asked for when the line had had the time to empty: what was under way, and what was asked for it before.
      if (now - ms < this.probingSince + 2 * ms) return;
      this.leastMs = ms;
      this.confirm(now);
    } else if (now - this.confirmedAt > MEMORY_MS) {
      this.isProbing = true;
      this.probingSince = now;
    }
  }

  private confirm(now: number): void {
    this.confirmedAt = now;
    this.isProbing = false;
  }
}

/** A sample so near to the least confirms it: ways differ by that much from one message to the next. */
const NEAR = 1.1;

/** As long as BBR keeps its minimum: longer than a burst, shorter than anybody bears a wrong figure. */
const MEMORY_MS = 10_000;
