// By the divergence of delay: what the work takes now, against what it took in the long run.
// The rule is that of Gradient2Limit in Netflix concurrency-limits (Apache-2.0).
//
//   gradient = tolerance x long-run rtt / rtt, from 0.5 to 1
//   limit'   = limit x gradient + queueSize, of which `smoothing` is taken at once

import { checkOptions, requireFunction } from "@sluice/core/kit";
import { checkAmount } from "../gate/check-gate.js";
import type { LimitAlgorithm, LimitBounds, LimitEstimate, LimitSample } from "./limit-algorithm.js";

/** What Gradient2 is told. */
export interface Gradient2Options {
  /** How much longer than in the long run the work may take, >= 1. Default 1.5: half as long again. */
  readonly tolerance?: number;
  /** The queue that is let stand: what the limit grows by while there is no more. Default 4 for any limit. */
  readonly queueSize?: (limit: number) => number;
  /** How much of a step is taken, 0 to 1. Default 0.2. */
  readonly smoothing?: number;
  /** Windows that make up the long run, >= 1. Default 600. */
  readonly longWindow?: number;
}

/**
 * Shrinks the limit when the work takes longer than `tolerance` times what it took in the long run, and else grows it
 * slowly. For callers and servers whose work is of uneven length, where the shortest time says little. What is the long
 * run forgets: a service that never has a quiet time is taken for one that slow. That work failed it does not hear, only
 * how long it took. The limit falls to twice the `queueSize` and no lower.
 *
 * @example
 * ```ts
 * import { gradient2 } from "@sluice/gates";
 * const estimate = gradient2({ smoothing: 1 }).begin({ initial: 20, min: 1, max: 200 });
 * estimate.update({ rttMs: 10, inFlight: 20, dropped: false });
 * console.log(estimate.limit); // prints 24
 * estimate.update({ rttMs: 70, inFlight: 24, dropped: false });
 * console.log(estimate.limit); // prints 24
 * ```
 */
export function gradient2(options: Gradient2Options = {}): LimitAlgorithm {
  checkOptions("gradient2", options);
  const rule = { ...DEFAULTS, ...options };
  requireFunction("tell the queueSize of gradient2", rule.queueSize);
  checkAmount("rule gradient2 with a tolerance", rule.tolerance, { least: 1, most: 1000 });
  checkAmount("rule gradient2 with a smoothing", rule.smoothing, { least: 0, most: 1, above: true });
  checkAmount("rule gradient2 with a longWindow", rule.longWindow, { least: 1, most: 1e9 });
  return { name: "gradient2", begin: (bounds) => new Gradient2Estimate(bounds, rule) };
}

class Gradient2Estimate implements LimitEstimate {
  private readonly bounds: LimitBounds;
  private readonly rule: Required<Gradient2Options>;
  /** The limit with its fraction. */
  private estimate: number;
  /** The mean of the first ten, then an exponential average. */
  private longRttMs = 0;
  private sum = 0;
  private count = 0;

  constructor(bounds: LimitBounds, rule: Required<Gradient2Options>) {
    this.bounds = bounds;
    this.rule = rule;
    this.estimate = bounds.initial;
  }

  get limit(): number {
    return Math.floor(this.estimate);
  }

  update({ rttMs, inFlight, failedSoFar }: LimitSample): void {
    if (failedSoFar) return; // a refusal's time would count as the long run
    const { estimate } = this;
    const { tolerance, queueSize, smoothing } = this.rule;
    const longRttMs = this.lengthen(rttMs);
    // After a time of load the long run is brought back sooner than its average would.
    if (longRttMs / rttMs > 2) this.longRttMs *= 0.95;
    if (inFlight < estimate / 2) return; // the limit was not what held it back
    const gradient = Math.max(0.5, Math.min(1, (tolerance * longRttMs) / rttMs));
    const target = estimate * gradient + queueSize(Math.floor(estimate));
    const next = estimate * (1 - smoothing) + target * smoothing;
    this.estimate = Math.max(this.bounds.min, Math.min(this.bounds.max, next));
  }

  private lengthen(rttMs: number): number {
    if (this.count < WARM_UP) {
      this.count += 1;
      this.sum += rttMs;
      this.longRttMs = this.sum / this.count;
    } else {
      const factor = 2 / (this.rule.longWindow + 1);
      this.longRttMs = this.longRttMs * (1 - factor) + rttMs * factor;
    }
    return this.longRttMs;
  }
}

/** Windows whose plain mean begins the average. */
const WARM_UP = 10;

const DEFAULTS: Required<Gradient2Options> = {
  tolerance: 1.5,
  queueSize: () => 4,
  smoothing: 0.2,
  longWindow: 600,
};
