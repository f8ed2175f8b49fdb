// What is known of a request that is opened again. Most never are: it is made with the first time.

import type { Permit, PermitOutcome } from "@sluice/core";
import { errorTable, type ErrorName, type StreamFailure } from "../../protocol/protocol-error.js";

/** The openings of one request behind the first. */
export class Repeats {
  /** Openings of what was not begun, because the server went away. */
  moves = 0;
  /** Openings since an item came. */
  tries = 0;
  /** It may have run before. */
  hasRun = false;
  /** Calls the next opening off. */
  cancelWait: () => void = nothing;
  /** Items there were with the last one. */
  private itemsThen = 0;
  private permit: Permit | undefined = undefined;

  /** `delivered`: items so far; one more than the last time makes it a new beginning. */
  note(delivered: number): void {
    if (delivered > this.itemsThen) this.tries = 0;
    this.itemsThen = delivered;
  }

  /** It is tried again with this permit, or without one. */
  goOn(permit: Permit | undefined, mayHaveRun: boolean): void {
    this.end("failure");
    this.permit = permit;
    this.tries += 1;
    this.hasRun ||= mayHaveRun;
  }

  /** What came of the last try. */
  end(outcome: PermitOutcome): void {
    this.cancelWait();
    this.permit?.release(outcome);
    this.permit = undefined;
  }
}

/** Whether the same request may meet another answer later, where running it twice does no harm. */
export function isTransient({ code, retryAfterMs = 0 }: StreamFailure): boolean {
  return retryAfterMs > 0 || TRANSIENT.has(code);
}

/**
 * A failure that would have been retried but for `reason`: whoever is told of it does not retry either, so that of
 * several layers only the one next to the trouble does.
 */
export function spent(failure: StreamFailure, reason: string): StreamFailure {
  return { ...failure, message: `${failure.message} (${reason})`, doNotRetry: true };
}

const NAMES: readonly ErrorName[] = ["OVERLOADED", "RATE_LIMITED", "GOING_AWAY", "INTERNAL"];

const TRANSIENT: ReadonlySet<number> = new Set(NAMES.map((name) => errorTable[name].code));

function nothing(): void {}
