// By delay: what the work takes longer than it would without a queue tells how much of it stands in one.
// The rule is that of VegasLimit in Netflix concurrency-limits (Apache-2.0), after Brakmo and Peterson, "TCP Vegas",
// 1995.
//
//   queue = limit x (1 - rtt without load / rtt)
//
//        <= threshold          < alpha           alpha .. beta          > beta, or a failure
//   ------------------+------------------+-------------------------+-------------------------
//     limit + beta    |   limit + log10  |     as it is            |     limit - log10

import { checkOptions, requireFunction } from "@sluice/core/kit";
import { checkAmount } from "../gate/check-gate.js";
import type { LimitAlgorithm, LimitBounds, LimitEstimate, LimitSample } from "./limit-algorithm.js";

/** A number told from the limit as it is. */
export type OfLimit = (limit: number) => number;

/** What Vegas is told. Defaults: those of concurrency-limits, where log10 is that of the limit, an integer >= 1. */
export interface VegasOptions {
  /** Below such a queue the limit grows a little. Default `3 x log10`. */
  readonly alpha?: OfLimit;
  /** Beyond such a queue it shrinks. Default `6 x log10`. */
  readonly beta?: OfLimit;
  /** Up to such a queue it grows by `beta`. Default `log10`. */
  readonly threshold?: OfLimit;
  /** The limit after a little growth. Default `limit + log10`. */
  readonly increase?: OfLimit;
  /** The limit after a queue or a failure. Default `limit - log10`. */
  readonly decrease?: OfLimit;
  /** How much of a step is taken, 0 to 1. Default 1. */
  readonly smoothing?: number;
  /**
   * The time without load is measured anew after about so many windows for each unit of the limit. Default 30. What is
   * measured then holds whatever queue there is: a service that is never without load looks slower each time.
   */
  readonly probeMultiplier?: number;
  /** Spreads those measurements, from 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * Keeps a queue of a few at the service: the limit grows while there is none and shrinks when it is long. For servers
 * that protect themselves; it finds the limit within a few round trips and holds delay down.
 *
 * @example
 * ```ts
 * import { vegas } from "@sluice/gates";
 * const estimate = vegas().begin({ initial: 10, min: 1, max: 200 });
 * estimate.update({ rttMs: 10, inFlight: 10, dropped: false }); // the time without load
 * estimate.update({ rttMs: 10, inFlight: 10, dropped: false });
 * console.log(estimate.limit); // prints 16
 * estimate.update({ rttMs: 50, inFlight: 16, dropped: false });
 * console.log(estimate.limit); // prints 15
 * ```
 */
export function vegas(options: VegasOptions = {}): LimitAlgorithm {
  checkOptions("vegas", options);
  const rule = { ...DEFAULTS, ...options };
  for (const name of ["alpha", "beta", "threshold", "increase", "decrease", "random"] as const) {
    requireFunction(`tell the ${name} of vegas`, rule[name]);
  }
  checkAmount("rule vegas with a smoothing", rule.smoothing, { least: 0, most: 1, above: true });
  checkAmount("rule vegas with a probeMultiplier", rule.probeMultiplier, { least: 1, most: 1e9 });
  return { name: "vegas", begin: (bounds) => new VegasEstimate(bounds, rule) };
}

class VegasEstimate implements LimitEstimate {
  private readonly bounds: LimitBounds;
  private readonly rule: Required<VegasOptions>;
  /** The limit with its fraction. */
  private estimate: number;
  /** `Infinity`: nothing was measured yet. */
  private rttNoLoadMs: number = Number.POSITIVE_INFINITY;
  private sinceProbe = 0;
  private jitter: number;

  constructor(bounds: LimitBounds, rule: Required<VegasOptions>) {
    this.bounds = bounds;
    this.rule = rule;
    this.estimate = bounds.initial;
    this.jitter = jitterOf(rule);
  }

  get limit(): number {
    return Math.floor(this.estimate);
  }

  update({ rttMs, inFlight, dropped, failedSoFar }: LimitSample): void {
    if (failedSoFar) {
      this.move(0, inFlight, dropped);
      return;
    }
    const { rule, estimate } = this;
    this.sinceProbe += 1;
    if (this.jitter * rule.probeMultiplier * estimate <= this.sinceProbe) {
      this.jitter = jitterOf(rule);
      this.sinceProbe = 0;
      this.rttNoLoadMs = rttMs;
    } else if (rttMs < this.rttNoLoadMs) this.rttNoLoadMs = rttMs;
    else this.move(Math.ceil(estimate * (1 - this.rttNoLoadMs / rttMs)), inFlight, dropped);
  }

  private move(queue: number, inFlight: number, dropped: boolean): void {
    const { rule, estimate, limit } = this;
    const { min, max } = this.bounds;
    let next: number;
    if (dropped) next = rule.decrease(estimate);
    else if (inFlight * 2 < estimate)
      return; // the limit was not what held it back
    else if (queue <= rule.threshold(limit)) next = estimate + rule.beta(limit);
    else if (queue < rule.alpha(limit)) next = rule.increase(estimate);
    else if (queue > rule.beta(limit)) next = rule.decrease(estimate);
    else return;
    next = Math.max(min, Math.min(max, next));
    this.estimate = (1 - rule.smoothing) * estimate + rule.smoothing * next;
  }
}

/** Gates that began together do not measure together. */
function jitterOf({ random }: Required<VegasOptions>): number {
  return 0.5 + random() / 2;
}

function log10(limit: number): number {
  return Math.max(1, Math.floor(Math.log10(Math.max(1, Math.floor(limit)))));
}

const DEFAULTS: Required<VegasOptions> = {
  alpha: (limit) => 3 * log10(limit),
  beta: (limit) => 6 * log10(limit),
  threshold: log10,
  increase: (limit) => limit + log10(limit),
  decrease: (limit) => limit - log10(limit),
  smoothing: 1,
  probeMultiplier: 30,
  random: Math.random,
};
