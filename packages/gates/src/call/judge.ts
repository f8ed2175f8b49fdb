// What the end of a piece of work says of the service behind it, where its user knows more than its looks tell.

import type { PermitOutcome } from "@sluice/core";
import { asError, describe, dropError } from "@sluice/core/kit";

/** What an end means; `undefined`: what it looks like. */
export type OutcomeOf<E> = (end: E) => PermitOutcome | undefined;

/** Asks the user's function; what it throws, or says that is no outcome, goes to `onDroppedError`, and `looks` counts. */
export function judge<E>(outcomeOf: OutcomeOf<E>, end: E, looks: PermitOutcome): PermitOutcome {
  try {
    const outcome = outcomeOf(end) ?? looks;
    if (outcome === "success" || outcome === "failure" || outcome === "ignored") return outcome;
    throw new TypeError(
      `Cannot take ${describe(outcome)} of outcomeOf: it must be "success", "failure" or "ignored"`,
    );
  } catch (thrown) {
    dropError(asError(thrown, "outcomeOf")); // the work is over: its result is not lost by this
    return looks;
  }
}
