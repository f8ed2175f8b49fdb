import { SluiceError } from "../spec/errors.js";

/**
 * `groupBy` or `window` could not go on, and says why instead of hanging. `code` is `"TOO_MANY_GROUPS"` or
 * `"STALLED"`, `group` the key that was one too many, or one that nobody reads; of a window its number, from 0 on.
 *
 * @example
 * ```ts
 * import { GroupError, groupBy, mergeMap, range } from "@sluice/core";
 * const each = range(1, 9).pipe(
 *   groupBy((n) => n % 3, { groups: 2 }),
 *   mergeMap((group) => group),
 * );
 * await each.toArray().catch((error: GroupError) => console.log(error.code, error.group)); // prints TOO_MANY_GROUPS 0
 * ```
 */
export class GroupError extends SluiceError {
  readonly group: unknown;

  constructor(code: "TOO_MANY_GROUPS" | "STALLED", message: string, group: unknown) {
    super(code, message);
    this.group = group;
  }
}
