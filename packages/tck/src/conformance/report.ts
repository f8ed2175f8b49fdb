// What the judge says of a subject: one report for all rules, to be read by who has to repair something.

import type { CheckResult } from "../run-checks.js";
import { ConformanceError } from "./check.js";
import { ruleText } from "./rules.js";

/** What became of all checks of one subject. */
export interface Report {
  /** One result a check, in the order in which they ran. */
  readonly results: readonly CheckResult[];
  /** The numbers of the rules that were broken, each once. */
  readonly broken: readonly string[];
  /** The same in words: each broken rule with its text and what was seen, and what was not put, with the reason. */
  readonly text: string;
}

/**
 * A subject broke rules. `message` names each with what was seen, `report` has all results.
 *
 * @example
 * ```ts
 * import { VerificationError, verifyPublisher } from "@sluice/tck";
 * const silent = { create: () => ({ subscribe: () => {} }), maxCount: 0, timers: false };
 * await verifyPublisher(silent).catch((error) => {
 *   if (error instanceof VerificationError) console.log(error.report.broken.includes("§1.9")); // prints true
 * });
 * ```
 */
export class VerificationError extends Error {
  readonly report: Report;

  constructor(report: Report) {
    super(report.text);
    this.name = "VerificationError";
    this.report = report;
  }
}

/** The results as a report. */
export function reportOn(results: readonly CheckResult[]): Report {
  const failed = results.filter(({ error }) => error !== undefined);
  const broken = [...new Set(failed.map(({ rule }) => rule))];
  return { results, broken, text: textOf(results, broken) };
}

function textOf(results: readonly CheckResult[], broken: readonly string[]): string {
  const skipped = results.filter((result) => result.skipped !== undefined);
  const failed = results.filter(({ error }) => error !== undefined);
  const kept = results.length - failed.length - skipped.length;
  return [
    `${kept} checks kept, ${failed.length} failed, ${skipped.length} not put`,
    ...broken.flatMap((rule) => [
      `BROKEN ${rule}: ${ruleText(rule)}`,
      ...failed
        .filter((result) => result.rule === rule)
        .flatMap(({ title, error }) => [`  wanted: ${title}`, `  seen:   ${seen(error)}`]),
    ]),
    ...skipped.map(({ rule, title, skipped: reason }) => `not put ${rule}, ${title}: ${reason}`),
  ].join("\n");
}

/** Without the title and the text of the rule, which the report has said already. */
function seen(error: Error | undefined): string {
  const cause = error instanceof ConformanceError ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
