// Runs checks without a test runner.

import type { Check } from "./conformance/check.js";

/** What became of one check. */
export interface CheckResult {
  readonly rule: string;
  readonly title: string;
  /** What was wrong; missing when the rule was kept, or not put. */
  readonly error?: Error;
  /** Why the rule was not put; missing when it was. */
  readonly skipped?: string;
}

/**
 * Runs the checks one after another and says of each what became of it. Never rejects for a broken rule.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { publisherChecks, runChecks } from "@sluice/tck";
 * const results = await runChecks(publisherChecks({ create: (count) => range(0, count) }));
 * console.log(results.filter((result) => result.error !== undefined)); // prints []
 * ```
 */
export async function runChecks(checks: readonly Check[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { rule, title, skipped, run } of checks) {
    if (skipped !== undefined) {
      results.push({ rule, title, skipped });
      continue;
    }
    try {
      await run();
      results.push({ rule, title });
    } catch (error) {
      results.push({ rule, title, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return results;
}
