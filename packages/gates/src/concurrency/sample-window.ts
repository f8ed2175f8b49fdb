// What single pieces of work show, gathered: a limit moves once for a window of them, not for each, or one moment's
// failures would lower it many times over. After WindowedLimit of Netflix concurrency-limits, with two differences:
// a window that has too few samples stays open (there it is thrown away, and a slow service is never learned of), and
// failures may lengthen the round trip but not shorten it (a service that refuses at once is not a fast one).

import type { LimitSample } from "./limit-algorithm.js";

/** When a window closes. */
export interface SampleWindowOptions {
  /** Not before so many milliseconds, > 0. Default 250. */
  readonly minMs?: number;
  /** A window takes two round trips, but no more than this, in ms, >= minMs. Default 1,000. */
  readonly maxMs?: number;
  /** Not before so many pieces of work have ended, >= 1. Default 50. */
  readonly samples?: number;
}

/** Pure: times are arguments. */
export class SampleWindow {
  private readonly options: Required<SampleWindowOptions>;
  /** Not before this; `NaN`: nothing has come yet. */
  private closesAt: number = Number.NaN;
  private count = 0;
  private sum = 0;
  private least: number = Number.POSITIVE_INFINITY;
  private successes = 0;
  private successSum = 0;
  private inFlight = 0;
  private dropped = false;
  /** What the last window said; 0: nothing has succeeded yet. */
  private lastMs = 0;

  constructor(options: Required<SampleWindowOptions>) {
    this.options = options;
  }

  /** A piece of work has ended; answers what the window has shown if that closes it. */
  add(nowMs: number, rttMs: number, inFlight: number, dropped: boolean): LimitSample | undefined {
    // No time at all: the clock is coarse or was set back. That says nothing of the service; a failure still counts.
    const isMeasured = rttMs > 0;
    if (!isMeasured && !dropped) return undefined;
    this.count += 1;
    if (inFlight > this.inFlight) this.inFlight = inFlight;
    if (dropped) this.dropped = true;
    if (isMeasured) {
      this.sum += rttMs;
      if (rttMs < this.least) this.least = rttMs;
      if (!dropped) {
        this.successes += 1;
        this.successSum += rttMs;
      }
    }
    return this.isDue(nowMs) ? this.close(nowMs) : undefined;
  }

  private isDue(nowMs: number): boolean {
    // The first window too takes its time: what ends first is what was quickest.
    if (Number.isNaN(this.closesAt)) this.closesAt = nowMs + this.options.minMs;
    // A clock that was set back does not hold the window open for longer than it may last.
    if (nowMs < this.closesAt - this.options.maxMs) this.closesAt = nowMs + this.options.maxMs;
    // Failures at no time at all before anything was measured: no rule could say what to do.
    if (this.sum <= 0 && this.lastMs === 0) return false;
    return this.count >= this.options.samples && nowMs >= this.closesAt;
  }

  private close(nowMs: number): LimitSample {
    const { minMs, maxMs } = this.options;
    const least = this.successes > 0 ? this.successSum / this.successes : this.lastMs;
    const rttMs = Math.max(least, this.sum / this.count);
    const { inFlight, dropped } = this;
    const failedSoFar = this.successes === 0 && this.lastMs === 0;
    this.closesAt =
      nowMs + Math.min(maxMs, Math.max(minMs, Number.isFinite(this.least) ? 2 * this.least : 0));
    if (!failedSoFar) this.lastMs = rttMs;
    this.count = 0;
    this.sum = 0;
    this.least = Number.POSITIVE_INFINITY;
    this.successes = 0;
    this.successSum = 0;
    this.inFlight = 0;
    this.dropped = false;
    return failedSoFar ? { rttMs, inFlight, dropped, failedSoFar } : { rttMs, inFlight, dropped };
  }
}
