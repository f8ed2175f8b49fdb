// How much may be tried again: retries are paid for by first attempts, so that a service in trouble is not given
// several times the load that put it there ("Addressing Cascading Failures", SRE book; gRPC A6; Finagle's RetryBudget).

import { type Clock, type Gate, systemClock } from "@sluice/core";
import { checkClock, checkOptions } from "@sluice/core/kit";
import { Alike } from "../gate/alike.js";
import { AccountGate, type AccountSettings } from "./account-gate.js";
import { checkAmount, checkMaxWaiting, MOST_TOKENS } from "../gate/check-gate.js";
import { TokenLaw } from "./token-account.js";

/** What a retry budget is told. */
export interface RetryBudgetOptions {
  /** Retries that each first attempt pays for, 0 to 1,000. Default 0.1: a tenth more load at most. */
  readonly ratio?: number;
  /** Retries that come with time, for those who seldom ask. Default 1; 0 for none. */
  readonly minPerSecond?: number;
  /** Retries that can be saved up: what may come at once. Default 100. */
  readonly capacity?: number;
  /** Retries saved up at the beginning. Default: `capacity`. */
  readonly initial?: number;
  /** Those who may wait in `acquire` at once. Default 1,000. */
  readonly maxWaiting?: number;
  /** Default: `systemClock`. */
  readonly clock?: Clock;
}

/** A gate for retries, which first attempts pay for. */
export interface RetryBudget extends Gate {
  /** First attempts were made: so many, default one. Never waits, and is never refused. */
  deposit(attempts?: number): void;
  /** Retries that it would grant now. */
  readonly available: number;
  /** Those who wait in `acquire`. */
  readonly waiting: number;
}

/**
 * Grants retries: in any time span no more than capacity + minPerSecond * span + ratio * first attempts in it. Who
 * makes a first attempt says so by `deposit`; who wants to try again asks for a permit. One budget may serve all
 * clients of a process. Releasing a permit gives nothing back.
 *
 * *Buffers:* those who wait, at most `maxWaiting`: the most critical first, and in the order of coming. *Errors:* a
 * `RangeError` for options and costs that cannot work; `retryAfterMs` of a refusal counts on time alone, and is
 * undefined when `minPerSecond` is 0. *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { retryBudget } from "@sluice/gates";
 * const budget = retryBudget({ ratio: 0.1, minPerSecond: 0, capacity: 10, initial: 0 });
 * for (let i = 0; i < 20; i += 1) budget.deposit(); // twenty first attempts
 * let retries = 0;
 * while (budget.tryAcquire().granted) retries += 1;
 * console.log(retries); // prints 2
 * ```
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  checkOptions(PLACE, options);
  return new Budget(alike.settings(options, settingsOf));
}

const alike = new Alike<RetryBudgetOptions, BudgetSettings>();

function settingsOf(options: RetryBudgetOptions): BudgetSettings {
  const { ratio = 0.1, minPerSecond = 1, capacity = 100, initial = capacity, maxWaiting = 1000 } = options;
  const clock = checkClock(PLACE, options.clock ?? systemClock);
  checkAmount(`${PLACE} with a ratio`, ratio, { least: 0, most: 1000 });
  checkAmount(`${PLACE} with a minPerSecond`, minPerSecond, { least: 0, most: MOST_TOKENS });
  checkAmount(`${PLACE} with a capacity`, capacity, { least: 0, most: MOST_TOKENS, above: true });
  checkAmount(`${PLACE} with an initial level`, initial, { least: 0, most: capacity });
  return {
    name: `the ${PLACE}`,
    law: new TokenLaw(capacity, minPerSecond),
    initial,
    reserved: [],
    cause: "budget",
    maxWaiting: checkMaxWaiting(PLACE, maxWaiting),
    clock,
    ratio,
  };
}

interface BudgetSettings extends AccountSettings {
  readonly ratio: number;
}

class Budget extends AccountGate<BudgetSettings> implements RetryBudget {
  deposit(attempts = 1): void {
    if (!(attempts >= 0 && attempts < Number.POSITIVE_INFINITY)) {
      throw new RangeError(
        `Cannot deposit ${String(attempts)} attempts: it must be a finite number >= 0; default 1`,
      );
    }
    this.put(attempts * this.settings.ratio);
    this.serve();
  }
}

const PLACE = "retry budget";
