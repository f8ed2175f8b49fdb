// A second attempt beside the first when that takes longer than nearly all do ("The Tail at Scale", Dean and Barroso,
// 2013; gRPC A6): one slow answer in twenty costs a twentieth more load, not ten times the time.
//
//   first -----------------------+----------> success: the others are aborted
//     after the delay, if paid for: second --> failure: the others go on, and no more are begun
//                                            doNotRetry, or the last one failed: the call fails

import { type ClockOptions, type Criticality, systemClock } from "@sluice/core";
import { checkClock, checkMilliseconds, checkOptions, requireFunction } from "@sluice/core/kit";
import { rankOf } from "../gate/criticality-rank.js";
import { type Call, type CallParent, Scope, type Work } from "./call-context.js";
import type { Quantile } from "./quantile.js";
import { checkAttempts, checkBudget, type Filled, payOnce, type RetryGate } from "./retry-gate.js";
import { retryHints } from "./retry-hints.js";
import { type BoundWork, RunningCall } from "./running-call.js";

/** When and how often `hedge` begins another attempt. */
export interface HedgePolicy extends ClockOptions {
  /**
   * Milliseconds (>= 0) after an attempt at which another one is begun beside it; or `quantile(0.95)`, which learns from
   * calls that succeeded how long nearly all take, and begins none before it knows.
   */
  readonly afterMs: number | Quantile;
  /** Attempts, the first one counted: an integer >= 2 or `Infinity`. Default 2. */
  readonly attempts?: number | undefined;
  /** Who grants those beside the first; as in `retry`, and best the same one. */
  readonly budget?: RetryGate | false | undefined;
  /** What the budget is told; default `"critical"`. */
  readonly criticality?: Criticality | undefined;
}

/**
 * Begins the work once more while it is under way, when it takes long; the first result counts, and the signals of the
 * others abort. Only for work that does no harm when it is done twice.
 *
 * *Buffers:* `attempts` under way at most. *Errors:* that of the last attempt to fail, or one that says `doNotRetry` at
 * once; after any failure no more attempts are begun, as `retry` is for that. *Cancel:* the caller's signal ends all.
 *
 * @example
 * ```ts
 * import { hedge } from "@sluice/gates";
 * const ask = hedge(async ({ attempt, signal }) => {
 *   if (attempt > 1) return "the second was faster";
 *   return new Promise<string>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
 * }, { afterMs: 10 });
 * console.log(await ask()); // prints the second was faster
 * ```
 */
export function hedge<R, A extends readonly unknown[]>(work: Work<R, A>, policy: HedgePolicy): Call<R, A> {
  requireFunction("hedge", work);
  checkOptions("hedge", policy ?? null);
  const { afterMs, attempts = 2, criticality } = policy;
  if (!isQuantile(afterMs)) checkMilliseconds("hedge an afterMs of", afterMs, 0);
  rankOf({ criticality });
  const clock = checkClock("hedge", policy.clock ?? systemClock);
  const how: How = {
    afterMs,
    attempts: checkAttempts("hedge", attempts, 2),
    budget: checkBudget("hedge", policy.budget, clock),
    ...{ criticality, clock },
  };
  return (parent, ...args) => new Hedged((context) => work(context, ...args), parent, how).run();
}

/** The policy with its defaults filled in. */
type How = Filled<HedgePolicy, "afterMs" | "attempts" | "clock"> & {
  readonly budget: RetryGate | undefined;
  readonly criticality: Criticality | undefined;
};

class Hedged<R> extends RunningCall<R> {
  private readonly how: How;
  private attempt = 0;
  private beganAt = 0;

  constructor(work: BoundWork<R>, parent: CallParent | undefined, how: How) {
    super(work, parent, how.clock);
    this.how = how;
  }

  protected override begin(): void {
    payOnce(this.how.budget, this.parent);
    this.beganAt = this.how.clock.now();
    this.next();
  }

  protected override ring(): void {
    const { budget, criticality } = this.how;
    const answer = budget?.tryAcquire(1, { criticality });
    if (answer?.granted === false) return; // those under way go on
    this.permit = answer;
    this.next();
  }

  protected override succeeded(result: R): void {
    const { afterMs, clock } = this.how;
    // How long the first one took, or at least: a quantile asks only whether that is more than itself. The time of
    // another that was faster would make it shorter with every call.
    if (isQuantile(afterMs)) afterMs.add(Math.max(0, clock.now() - this.beganAt));
    super.succeeded(result);
  }

  protected override failed(error: unknown): void {
    if (this.underWay.length === 0 || retryHints(error).doNotRetry) this.fail(error);
    else this.alarm.close(); // who fails is not sent more
  }

  private next(): void {
    const { afterMs, attempts, budget } = this.how;
    this.attempt += 1;
    const delayMs = isQuantile(afterMs) ? afterMs.value : afterMs;
    if (this.attempt < attempts && delayMs !== undefined) this.alarm.set(delayMs);
    this.start(new Scope(this.parent, this.attempt, budget));
  }
}

function isQuantile(afterMs: number | Quantile): afterMs is Quantile {
  return typeof (afterMs as Quantile | undefined)?.add === "function";
}
