// Finds what cannot be sent inside a value, once a codec has refused it: the slow way, so that the fast way
// needs to know nothing of paths.

import { PayloadError } from "./payload-error.js";

/** What a codec cannot encode of one value, or undefined when it takes it; containers are walked by the caller. */
export type Refuses = (value: unknown) => string | undefined;

/** The first thing in `item` that the codec refuses, as a sentence with its path. */
export function describeUnencodable(item: unknown, refuses: Refuses, maxDepth: number): string | undefined {
  return search(item, "", [], refuses, maxDepth);
}

/** The error of an item that cannot be sent. */
export function unencodable(codec: string, complaint: string, options?: ErrorOptions): PayloadError {
  return new PayloadError(
    "PAYLOAD_UNENCODABLE",
    `Cannot encode an item as ${codec}: ${complaint}; send plain values`,
    options,
  );
}

function search(
  value: unknown,
  path: string,
  parents: readonly unknown[],
  refuses: Refuses,
  maxDepth: number,
): string | undefined {
  const place = path === "" ? "the item itself" : `the field ${path}`;
  const complaint = refuses(value);
  if (complaint !== undefined) return `${place} is ${complaint}`;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return undefined;
  if (parents.includes(value)) return `${place} leads back to a value that contains it`;
  if (parents.length >= maxDepth) return `${place} is nested deeper than ${maxDepth} levels`;
  const chain = [...parents, value];
  for (const [key, child] of children(value)) {
    const found = search(child, step(path, key), chain, refuses, maxDepth);
    if (found !== undefined) return found;
  }
  return undefined;
}

function children(value: object): Iterable<readonly [unknown, unknown]> {
  if (Array.isArray(value)) return value.entries();
  if (value instanceof Map) return value.entries();
  if (value instanceof Set) return [...value].entries();
  return Object.entries(value);
}

function step(path: string, key: unknown): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const name = String(key);
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}
