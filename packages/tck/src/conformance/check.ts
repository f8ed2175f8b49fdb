// A check is one rule put to one subject. It knows no test runner: `run` resolves, or rejects with what was
// seen and what the rule wants.

import { captureReported } from "../capture-reported.js";

/** One rule put to one subject. */
export interface Check {
  /** The rule's number such as `"§1.1"`, or `"subject"` where the subject itself is not what it says it is. */
  readonly rule: string;
  /** What is claimed, as a sentence that goes on from the rule's number. */
  readonly title: string;
  /** Resolves when the subject keeps the rule, rejects with a `ConformanceError` otherwise. */
  run(): Promise<void>;
}

/**
 * A subject was seen to break a rule. `rule` is its number, `cause` what was seen.
 *
 * @example
 * ```ts
 * import { ConformanceError, publisherChecks } from "@sluice/tck";
 * const silent = { create: () => ({ subscribe: () => {} }) };
 * const check = publisherChecks(silent).find(({ rule }) => rule === "§1.9");
 * await check?.run().catch((error) => {
 *   console.log(error instanceof ConformanceError, error.rule); // prints true §1.9
 * });
 * ```
 */
export class ConformanceError extends Error {
  readonly rule: string;

  constructor(rule: string, title: string, cause: unknown) {
    super(`${rule} ${title}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "ConformanceError";
    this.rule = rule;
  }
}

/** A check as its file states it: for any subject of the kind, with the condition under which it makes sense. */
export interface CheckOf<S> {
  readonly rule: string;
  readonly title: string;
  /** Whether the rule can be put to this subject; without it, to any. */
  applies?(subject: S): boolean;
  /** Whether errors may be reported as uncaught meanwhile; elsewhere one fails the check. */
  readonly mayReport?: boolean;
  run(subject: S): Promise<void>;
}

/** The checks that apply to the subject, bound to it. */
export function bindChecks<S>(subject: S, checks: readonly CheckOf<S>[]): Check[] {
  return checks
    .filter((check) => check.applies === undefined || check.applies(subject))
    .map(({ rule, title, run, mayReport = false }) => ({
      rule,
      title,
      run: async () => {
        try {
          const reported = await captureReported(() => run(subject));
          claim(mayReport || reported.length === 0, `reported as uncaught: ${String(reported[0])}`);
        } catch (cause) {
          throw new ConformanceError(rule, title, cause);
        }
      },
    }));
}

/** Throws with what was seen unless the claim holds. */
export function claim(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
