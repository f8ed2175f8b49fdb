// Runs a Standard Schema and says in one line what does not fit, with its path.

import { SluiceError } from "@sluice/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";

/**
 * A value does not fit its schema (code `INVALID_PAYLOAD`); `issues` has them all. The server's `onHandlerError` gets it;
 * the client gets its message as a `RemoteError`.
 *
 * @example
 * ```ts
 * import { SchemaError } from "@sluice/net";
 * const error = new SchemaError("input of s.route", [{ message: "Expected number", path: ["query", "limit"] }]);
 * console.log(error.message); // prints Cannot accept the input of s.route: query.limit: Expected number
 * ```
 */
export class SchemaError extends SluiceError {
  readonly issues: readonly StandardSchemaV1.Issue[];

  /** `checked`: the value, for naming what came instead; left out: it is not known any more. */
  constructor(
    what: string,
    issues: readonly StandardSchemaV1.Issue[],
    checked?: { readonly value: unknown },
  ) {
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    super("INVALID_PAYLOAD", `Cannot accept the ${what}: ${describe(issues[0], checked)}${more}`);
    this.issues = issues;
  }
}

/**
 * The value as the schema gives it back; a promise only when the schema answers with one.
 *
 * *Errors:* throws, or rejects with, a `SchemaError` naming `what`.
 */
export function validate(schema: StandardSchemaV1, value: unknown, what: string): unknown {
  const result = schema["~standard"].validate(value);
  return result instanceof Promise
    ? result.then((late) => settle(late, what, value))
    : settle(result, what, value);
}

/** Checks an output; it is sent as it is, whatever the schema would make of it. Throws as `validate` does. */
export function checkOutput(schema: StandardSchemaV1, output: unknown, method: string): void {
  if (!(validate(schema, output, `output of ${method}`) instanceof Promise)) return;
  throw new SluiceError(
    "ASYNC_SCHEMA",
    `Cannot check the output of ${method}: its schema answers with a promise, and nothing may wait on the way out; use one that answers at once, or turn checkOutput off`,
  );
}

function settle(result: StandardSchemaV1.Result<unknown>, what: string, value: unknown): unknown {
  if (result.issues === undefined) return result.value;
  throw new SchemaError(what, result.issues, { value });
}

// Path and what was expected are the library's words; what came is ours, since not every message says it.
function describe(
  issue: StandardSchemaV1.Issue | undefined,
  checked: { readonly value: unknown } | undefined,
): string {
  if (issue === undefined) return "the schema gives no reason";
  const keys = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
  const path = keys.map(String).join(".");
  const got = checked === undefined ? "" : `; got ${kindOf(valueAt(checked.value, keys))}`;
  return `${path === "" ? "" : `${path}: `}${issue.message}${got}`;
}

function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of keys) {
    if (at === undefined || at === null) return undefined;
    at = at instanceof Map ? at.get(key) : (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** A value without its content, which may be a secret, and is going to logs; of numbers and the like it is said. */
function kindOf(value: unknown): string {
  if (typeof value === "string") return `a string of ${value.length} characters`;
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  return typeof value === "bigint" ? `${value}n` : String(value);
}
