// The check of the one argument that most operators, and pipe, take.

import { describe } from "../spec/describe.js";

/**
 * Throws the `TypeError` of an operator that was given something else than a function.
 *
 * @example
 * ```ts
 * import { requireFunction } from "@sluice/core/kit";
 * requireFunction("map", (n: number) => n + 1);
 * ```
 */
export function requireFunction(operator: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot ${operator} with ${describe(value)}: it takes a function`);
}
