// Who is asked before something is sent more often than was asked for: by retry and by hedge.

import type { Clock, Gate } from "@sluice/core";
import { describe } from "@sluice/core/kit";
import { retryBudget } from "../rate/retry-budget.js";
import { type CallParent, hasPaid } from "./call-context.js";

/** A gate for attempts beside the first. One that has `deposit`, as `retryBudget` has, is told of first attempts. */
export type RetryGate = Gate & { deposit?(attempts?: number): void };

/** What is left optional in a policy, with its defaults filled in. */
export type Filled<P, Option extends keyof P> = {
  readonly [Part in Option]-?: Exclude<P[Part], undefined>;
};

/** The budget of a policy: the caller's, none when that is `false`, or one of the policy's own. */
export function checkBudget(
  place: string,
  budget: RetryGate | false | undefined,
  clock: Clock,
): RetryGate | undefined {
  if (budget === undefined) return retryBudget({ clock });
  if (budget === false) return undefined;
  if (typeof budget?.tryAcquire === "function") return budget;
  throw new TypeError(
    `Cannot give ${place} the budget ${describe(budget)}: it must be a Gate, such as retryBudget(), or false`,
  );
}

/** Tells the budget of a first attempt, unless it was told of the call that this one is part of. */
export function payOnce(budget: RetryGate | undefined, parent: CallParent | undefined): void {
  if (budget !== undefined && !hasPaid(parent, budget)) budget.deposit?.(1);
}

/** Returns `count` if it is an integer from `least` on, or `Infinity`. */
export function checkAttempts(place: string, count: number, least: number): number {
  if ((Number.isSafeInteger(count) || count === Number.POSITIVE_INFINITY) && count >= least) return count;
  throw new RangeError(
    `Cannot ${place} with ${describe(count)} attempts: it must be an integer >= ${least}, or Infinity`,
  );
}
