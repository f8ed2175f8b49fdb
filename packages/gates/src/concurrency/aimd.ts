// Additive increase, multiplicative decrease: one more for each window without a failure, a tenth less for one with.
// The rule is that of AIMDLimit in Netflix concurrency-limits (Apache-2.0), which has it from TCP (RFC 5681 §3.1).

import { checkOptions } from "@sluice/core/kit";
import { checkAmount } from "../gate/check-gate.js";
import type { LimitAlgorithm, LimitBounds, LimitEstimate, LimitSample } from "./limit-algorithm.js";

/** What AIMD is told. */
export interface AimdOptions {
  /** What is left of the limit after a failure, 0.5 to 1. Default 0.9. */
  readonly backoffRatio?: number;
  /** Work that takes longer counts as failed, in ms. Default 5,000. */
  readonly timeoutMs?: number;
}

/**
 * Raises the limit by one while nothing fails, and lowers it by a tenth when something does: for callers of a service
 * that refuses, or that one leaves after a timeout. It learns nothing from delay.
 *
 * @example
 * ```ts
 * import { aimd } from "@sluice/gates";
 * const estimate = aimd().begin({ initial: 20, min: 1, max: 200 });
 * estimate.update({ rttMs: 10, inFlight: 20, dropped: false });
 * console.log(estimate.limit); // prints 21
 * estimate.update({ rttMs: 10, inFlight: 21, dropped: true });
 * console.log(estimate.limit); // prints 18
 * ```
 */
export function aimd(options: AimdOptions = {}): LimitAlgorithm {
  checkOptions("aimd", options);
  const { backoffRatio = 0.9, timeoutMs = 5000 } = options;
  checkAmount("rule aimd with a backoffRatio", backoffRatio, { least: 0.5, most: 1 });
  checkAmount("rule aimd with a timeoutMs", timeoutMs, { least: 0, most: 2 ** 31, above: true });
  return { name: "aimd", begin: (bounds) => new AimdEstimate(bounds, backoffRatio, timeoutMs) };
}

class AimdEstimate implements LimitEstimate {
  limit: number;
  private readonly bounds: LimitBounds;
  private readonly backoffRatio: number;
  private readonly timeoutMs: number;

  constructor(bounds: LimitBounds, backoffRatio: number, timeoutMs: number) {
    this.limit = bounds.initial;
    this.bounds = bounds;
    this.backoffRatio = backoffRatio;
    this.timeoutMs = timeoutMs;
  }

  update({ rttMs, inFlight, dropped }: LimitSample): void {
    let { limit } = this;
    if (dropped || rttMs > this.timeoutMs) limit = Math.floor(limit * this.backoffRatio);
    else if (inFlight * 2 >= limit) limit += 1; // else the limit was not what held it back
    this.limit = Math.min(this.bounds.max, Math.max(this.bounds.min, limit));
  }
}
