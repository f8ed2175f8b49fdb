// What a gate does while Redis does not answer. One of three, chosen by who makes the gate, for there is no answer that
// is right for all: too much load behind the gate, or work refused that there was room for.

import { describe } from "@sluice/core/kit";

/**
 * What a gate does by itself while Redis does not answer:
 *
 * - `{ share }`: it grants by a bucket of its own, with this share of capacity and rate. With 1 / n in each of n
 *   processes they grant together what they did through Redis, however unevenly they are asked.
 * - `"refuse"`: nothing is granted; the cause of its refusals is `"overload"`.
 * - `"grant"`: everything is granted.
 */
export type SharedFallback = { readonly share: number } | "refuse" | "grant";

export function checkFallback(place: string, fallback: SharedFallback): SharedFallback {
  if (fallback === "refuse" || fallback === "grant") return fallback;
  const share: unknown = typeof fallback === "object" ? fallback?.share : undefined;
  if (typeof share === "number" && share > 0 && share <= 1) return fallback;
  const got = share === undefined ? describe(fallback) : `{ share: ${describe(share)} }`;
  throw new TypeError(
    `Cannot make a ${place} with the fallback ${got}: it must be { share } > 0 and <= 1, "refuse" or "grant"`,
  );
}

/** The name in Redis of what gates of one kind keep under a key. In braces: in a cluster all of a key lies on one node. */
export function redisKey(place: string, key: string, kind: string): string {
  if (typeof key === "string" && key !== "") return `sluice:{${key}}:${kind}`;
  throw new TypeError(`Cannot make a ${place} with the key ${describe(key)}: it must be a string, not empty`);
}
