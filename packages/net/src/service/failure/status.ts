// Error codes and HTTP statuses: what a gateway answers for an error of ours, and what an error of ours is
// called after a status.

import { errorName, errorTable } from "../../protocol/protocol-error.js";
import type { ErrorName } from "../../protocol/protocol-error.js";

/**
 * The HTTP status nearest to an error code, by number or by name; 500 for the application's own.
 *
 * @example
 * ```ts
 * import { httpStatusOf } from "@sluice/net";
 * console.log(httpStatusOf("NOT_FOUND"), httpStatusOf("OUT_OF_COFFEE")); // prints 404 500
 * ```
 */
export function httpStatusOf(code: number | string): number {
  const name = typeof code === "number" ? errorName(code) : code;
  return name !== undefined && Object.hasOwn(errorTable, name) ? errorTable[name as ErrorName].http : 500;
}

/**
 * The error code nearest to an HTTP status: what a peer behind a gateway probably meant.
 *
 * @example
 * ```ts
 * import { errorNameOf } from "@sluice/net";
 * console.log(errorNameOf(429), errorNameOf(418)); // prints RATE_LIMITED INTERNAL
 * ```
 */
export function errorNameOf(status: number): ErrorName {
  return NAMES.get(status) ?? "INTERNAL";
}

/** Only what a stream can end with: a status never says anything of the connection's own frames. */
const NAMES: ReadonlyMap<number, ErrorName> = new Map<number, ErrorName>([
  [400, "INVALID_PAYLOAD"],
  [401, "UNAUTHENTICATED"],
  [403, "FORBIDDEN"],
  [404, "NOT_FOUND"],
  [408, "DEADLINE_EXCEEDED"],
  [413, "ITEM_TOO_LARGE"],
  [415, "CODEC_UNSUPPORTED"],
  [429, "RATE_LIMITED"],
  [499, "CANCELLED"],
  [500, "INTERNAL"],
  [503, "OVERLOADED"],
  [504, "DEADLINE_EXCEEDED"],
]);
