// How a wrong argument is named in a message.

/** `null`, `1.5`, `"3"`, `3n`, `<function>`, `<object>`. */
export function describe(value: unknown): string {
  if (Object(value) === value) return `<${typeof value}>`;
  if (typeof value === "string") return JSON.stringify(value);
  return String(value) + (typeof value === "bigint" ? "n" : "");
}
