// How a wrong argument is named in a message.

/**
 * Names a wrong argument: `null`, `1.5`, `"3"`, `3n`, `<function>`, `<object>`.
 *
 * @example
 * ```ts
 * import { describe } from "@sluice/core/kit";
 * console.log(`Cannot wait ${describe("3")} ms: it must be a number`); // prints Cannot wait "3" ms: it must be a number
 * ```
 */
export function describe(value: unknown): string {
  if (Object(value) === value) return `<${typeof value}>`;
  if (typeof value === "string") return JSON.stringify(value);
  return String(value) + (typeof value === "bigint" ? "n" : "");
}
