// The rules of Reactive Streams 1.0.4 that the judge does not put to anyone, each with the reason.

/** A rule that is not checked, and why. */
export interface UncheckedRule {
  readonly rule: string;
  readonly reason: string;
}

/**
 * All rules that no check names. Together with those of the checks they are all rules that there are.
 *
 * @example
 * ```ts
 * import { uncheckedRules } from "@sluice/tck";
 * console.log(uncheckedRules.some(({ rule }) => rule === "§3.4")); // prints true
 * ```
 */
export const uncheckedRules: readonly UncheckedRule[] = [
  {
    rule: "§2.2",
    reason:
      "a recommendation about threads; in one thread a slow subscriber holds its publisher by its demand",
  },
  {
    rule: "§2.11",
    reason: "about memory visibility between threads; one JavaScript thread sees its own writes in order",
  },
  {
    rule: "§3.1",
    reason:
      "the subscriber's context is not visible at the subscription; the overlap it guards against is §2.7",
  },
  {
    rule: "§3.4",
    reason: "a recommendation about time (return in a timely manner); a time never decides a check",
  },
];
