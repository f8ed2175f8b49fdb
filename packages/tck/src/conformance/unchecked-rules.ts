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
    rule: "§1.2",
    reason: "a permission; that a stream may end before all demand is used is part of §1.5's check",
  },
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
    rule: "§2.12",
    reason: "binds the publisher: checked as the second half of §1.9, and §2.5 for its victims",
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
  {
    rule: "§3.5",
    reason: "about time (a responsive cancel) and threads; that cancel may be repeated is §3.7's check",
  },
  {
    rule: "§3.10",
    reason: "a permission to the publisher; that a subscriber bears it is part of §2.1's check",
  },
  {
    rule: "§3.11",
    reason: "a permission to the publisher; that a subscriber bears it is part of §2.9 and §2.10",
  },
  { rule: "§3.14", reason: "a permission to shut down with the last subscriber" },
];
