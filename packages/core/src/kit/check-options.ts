// The check of options that may be left out.

import { describe } from "../spec/describe.js";

/**
 * Throws the `TypeError` of a `place` that was given something else than an object: what is no object has none of the
 * options, and would be ignored without a word.
 *
 * @example
 * ```ts
 * import { checkOptions } from "@sluice/core/kit";
 * checkOptions("mergeMap", { concurrency: 4 });
 * ```
 */
export function checkOptions(place: string, options: unknown): void {
  if (options === undefined || (typeof options === "object" && options !== null)) return;
  throw new TypeError(`Cannot give ${place} the options ${describe(options)}: it takes an object`);
}
