// A check is one rule put to one subject. It knows no test runner: `run` resolves, or rejects with what was
// seen and what the rule wants. One that cannot be put to a subject stays in the list, with the reason.

import { captureRejections } from "../capture-rejections.js";
import { captureReported } from "../capture-reported.js";
import { ruleText } from "./rules.js";

/** One rule put to one subject. */
export interface Check {
  /** The rule's number such as `"§1.1"`, or `"subject"` where the subject itself is not what it says it is. */
  readonly rule: string;
  /** What is claimed, as a sentence that goes on from the rule's number. */
  readonly title: string;
  /** Why this rule is not put to this subject; missing when it is. */
  readonly skipped?: string;
  /**
   * Resolves when the subject keeps the rule, rejects with a `ConformanceError` otherwise. A check that is skipped
   * says so to the context that vitest and node:test pass to a test, and rejects where there is none: it never
   * passes in silence.
   */
  run(context?: SkipContext): Promise<void>;
}

/** What a check asks of the context that a test runner passes to a test. */
export interface SkipContext {
  skip?(reason: string): unknown;
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
    super(`${rule} ${title}: ${messageOf(cause)} (the rule: ${ruleText(rule)})`, { cause });
    this.name = "ConformanceError";
    this.rule = rule;
  }
}

/** A check as its file states it: for any subject of the kind, with the condition under which it makes sense. */
export interface CheckOf<S> {
  readonly rule: string;
  readonly title: string;
  /** Why the rule cannot be put to this subject; nothing when it can. Without it, to any. */
  skip?(subject: S): string | undefined;
  /** Whether errors may be reported as uncaught meanwhile; elsewhere one fails the check. */
  readonly mayReport?: boolean;
  run(subject: S): Promise<void>;
}

/** The checks bound to the subject, those that cannot be put to it marked as skipped. */
export function bindChecks<S>(subject: S, checks: readonly CheckOf<S>[]): Check[] {
  return checks.map((check) => {
    const { rule, title } = check;
    const skipped = check.skip?.(subject);
    if (skipped !== undefined) {
      // A parameter with a default does not count: mocha and jest would take it for a callback to wait for.
      const run = (context: SkipContext = {}): Promise<void> => skip(check, skipped, context);
      return { rule, title, skipped, run };
    }
    return { rule, title, run: () => put(check, subject) };
  });
}

async function put<S>({ rule, title, run, mayReport = false }: CheckOf<S>, subject: S): Promise<void> {
  try {
    let reported: unknown[] = [];
    const rejected = await captureRejections(async () => {
      reported = await captureReported(() => run(subject));
    });
    claim(mayReport || reported.length === 0, `reported as uncaught: ${String(reported[0])}`);
    claim(rejected.length === 0, `a promise was rejected and nobody handled it: ${String(rejected[0])}`);
  } catch (cause) {
    throw new ConformanceError(rule, title, cause);
  }
}

async function skip<S>({ rule, title }: CheckOf<S>, reason: string, context: SkipContext): Promise<void> {
  if (typeof context.skip !== "function") throw new ConformanceError(rule, title, `not put: ${reason}`);
  context.skip(reason);
}

/** Throws with what was seen unless the claim holds. */
export function claim(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** The first of several reasons to skip a check. */
export function firstReason(...reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
