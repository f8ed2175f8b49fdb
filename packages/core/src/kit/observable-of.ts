// How an Observable is told from a Publisher: both have a method `subscribe`, but what they send to differs.

/**
 * The Observable that `input` is or stands for, `undefined` if it is none by any of the marks there are:
 * `Symbol.observable` or `"@@observable"` (libraries, the TC39 proposal), or the platform's class by its name.
 *
 * @example
 * ```ts
 * import { observableOf } from "@sluice/core/kit";
 * console.log(observableOf({ subscribe() {} })); // prints undefined
 * ```
 */
export function observableOf(input: unknown): unknown {
  if (input === null || input === undefined) return undefined;
  const marked = input as Record<PropertyKey, unknown>;
  // Some libraries define Symbol.observable, others only use it where it is there.
  const { observable } = Symbol as { observable?: symbol };
  for (const mark of [observable, "@@observable"]) {
    if (mark !== undefined && typeof marked[mark] === "function") return marked[mark]();
  }
  return Object.prototype.toString.call(input) === "[object Observable]" ? input : undefined;
}
