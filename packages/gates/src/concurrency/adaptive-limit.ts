// As many at once as the service can do: a bulkhead whose capacity is learned from how long the work takes.
//
//   permit ──► work ──release──► sample window ──(closes)──► algorithm ──► limit
//     ^                                                                      |
//     +-------------------- granted while fewer are under way ---------------+

import type { Gate, PermitOutcome } from "@sluice/core";
import { checkOptions, describe } from "@sluice/core/kit";
import { checkAmount, MOST_TOKENS } from "../gate/check-gate.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { gradient2 } from "./gradient2.js";
import type { LimitAlgorithm, LimitBounds, LimitEstimate } from "./limit-algorithm.js";
import { SampleWindow, type SampleWindowOptions } from "./sample-window.js";
import { SlotsGate } from "./slots-gate.js";
import { checkWaiting, type WaitingOptions, type WaitingSettings } from "./waiting-options.js";

/** What an adaptive limit is told. */
export interface AdaptiveLimitOptions extends WaitingOptions {
  /** How the limit moves. Default `gradient2({ tolerance: 1.1 })`. */
  readonly algorithm?: LimitAlgorithm;
  /** What may be under way at once at first, from `min` to `max`. Default 20, or the nearest of them. */
  readonly initial?: number;
  /** Never fewer, >= 1. Default 1. */
  readonly min?: number;
  /** Never more. Default 1,000. */
  readonly max?: number;
  /** How many pieces of work, over what time, move the limit once. */
  readonly window?: SampleWindowOptions;
}

/** A gate by concurrency that learns how much there may be. */
export interface AdaptiveLimit extends Gate {
  /** What may be under way at once now. */
  readonly limit: number;
  /** The cost of all permits that are out. */
  readonly inUse: number;
  /** Those who wait in `acquire`. */
  readonly waiting: number;
}

/**
 * Grants permits for as many at once as the service behind it takes without a queue, which it learns: from how long
 * permits are held, and, with `aimd()` and `vegas()`, from those released as `"failure"` (dropped: a timeout, a refusal).
 * `"ignored"` teaches nothing.
 *
 * When the limit falls below what is under way, nothing is granted until enough is over; work whose cost is more than
 * the limit is granted alone.
 *
 * *Buffers:* those who wait, at most `maxWaiting`, as at a bulkhead; what is under way, at most `max`. *Errors:* a
 * `RangeError` for options and costs that cannot work; what an algorithm throws reaches who releases, and the limit
 * stays; no `retryAfterMs`. *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { adaptiveLimit } from "@sluice/gates";
 * const gate = adaptiveLimit({ initial: 10, max: 200, maxWaiting: 100 });
 * const permit = await gate.acquire();
 * try {
 *   await fetch("data:,the work");
 *   permit.release();
 * } catch (error) {
 *   permit.release("failure");
 *   throw error;
 * }
 * console.log(gate.limit, gate.inUse); // prints 10 0
 * ```
 */
export function adaptiveLimit(options: AdaptiveLimitOptions = {}): AdaptiveLimit {
  checkOptions("adaptiveLimit", options);
  const { algorithm = gradient2({ tolerance: 1.1 }), min = 1, max = 1000 } = options;
  checkAmount(`${PLACE} with a min`, min, { least: 1, most: MOST_TOKENS });
  checkAmount(`${PLACE} with a max`, max, { least: min, most: MOST_TOKENS });
  const initial = options.initial ?? Math.min(max, Math.max(min, 20));
  checkAmount(`${PLACE} with an initial limit`, initial, { least: min, most: max });
  if (typeof algorithm?.begin !== "function") {
    throw new TypeError(
      `Cannot make a ${PLACE} with the algorithm ${describe(algorithm)}: it must be aimd(), vegas() or gradient2()`,
    );
  }
  const window = new SampleWindow(checkWindow(options.window ?? {}));
  return new AdaptiveGate(
    {
      ...checkWaiting(PLACE, "the adaptive limit", options),
      algorithm: algorithm.name,
      bounds: { initial, min, max },
    },
    algorithm,
    window,
  );
}

function checkWindow(options: SampleWindowOptions): Required<SampleWindowOptions> {
  checkOptions(`the window of a ${PLACE}`, options);
  const { minMs = 250, maxMs = Math.max(1000, minMs), samples = 50 } = options;
  const place = `${PLACE} with a window whose`;
  checkAmount(`${place} minMs is that`, minMs, { least: 0, most: 2 ** 31, above: true });
  checkAmount(`${place} maxMs is that`, maxMs, { least: minMs, most: 2 ** 31 });
  checkAmount(`${place} samples are that`, samples, { least: 1, most: 1e9 });
  return { minMs, maxMs, samples };
}

interface AdaptiveSettings extends WaitingSettings {
  readonly algorithm: string;
  readonly bounds: LimitBounds;
}

class AdaptiveGate extends SlotsGate<AdaptiveSettings, TimedPermit> implements AdaptiveLimit {
  limit: number;
  private readonly estimate: LimitEstimate;
  private readonly window: SampleWindow;

  constructor(settings: AdaptiveSettings, algorithm: LimitAlgorithm, window: SampleWindow) {
    super(settings);
    this.limit = settings.bounds.initial;
    this.estimate = algorithm.begin(settings.bounds);
    this.window = window;
  }

  protected override take(now: number, cost: number): TimedPermit | undefined {
    // With nothing under way no sample would ever raise the limit for who waits for more.
    const most = this.slots.held === 0 ? this.settings.bounds.max : this.limit;
    if (this.slots.take(cost, most) === "short") return undefined;
    return new TimedPermit(this, cost, now, this.slots.used);
  }

  protected override most(): number {
    return this.settings.bounds.max;
  }

  protected override settled(permit: TimedPermit, outcome: PermitOutcome): void {
    super.settled(permit, outcome);
    if (outcome === "ignored") return;
    const now = this.now();
    const sample = this.window.add(now, now - permit.since, permit.inFlight, outcome === "failure");
    if (sample === undefined) return;
    this.estimate.update(sample);
    const { min, max } = this.settings.bounds;
    const limit = Math.floor(this.estimate.limit);
    if (limit > 0) this.limit = Math.min(max, Math.max(min, limit)); // else an algorithm of somebody's said NaN
  }

  protected override details(): object {
    const { limit, inUse } = this;
    return { limit, inUse, algorithm: this.settings.algorithm };
  }
}

/** Remembers when the work began, and how much was under way then. */
class TimedPermit extends GrantedPermit {
  readonly since: number;
  readonly inFlight: number;

  constructor(gate: AdaptiveGate, cost: number, since: number, inFlight: number) {
    super(gate, cost);
    this.since = since;
    this.inFlight = inFlight;
  }
}

/** For messages, which begin with "a". */
const PLACE = "limit that adapts";
