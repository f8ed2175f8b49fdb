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

  constructor(what: string, issues: readonly StandardSchemaV1.Issue[]) {
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    super("INVALID_PAYLOAD", `Cannot accept the ${what}: ${describe(issues[0])}${more}`);
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
  return result instanceof Promise ? result.then((late) => settle(late, what)) : settle(result, what);
}

/** Checks an output; it is sent as it is, whatever the schema would make of it. Throws as `validate` does. */
export function checkOutput(schema: StandardSchemaV1, output: unknown, method: string): void {
  if (!(validate(schema, output, `output of ${method}`) instanceof Promise)) return;
  throw new SluiceError(
    "ASYNC_SCHEMA",
    `Cannot check the output of ${method}: its schema answers with a promise, and nothing may wait on the way out; use one that answers at once, or turn checkOutput off`,
  );
}

function settle(result: StandardSchemaV1.Result<unknown>, what: string): unknown {
  if (result.issues === undefined) return result.value;
  throw new SchemaError(what, result.issues);
}

function describe(issue: StandardSchemaV1.Issue | undefined): string {
  if (issue === undefined) return "the schema gives no reason";
  const path = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}
