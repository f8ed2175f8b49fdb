// What is left of a quota, as the fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10):
// lists of structured fields (RFC 9651), a string with integers as parameters.

import type { Quota } from "../gate/quota.js";

/**
 * The two fields. `leastSeconds`: whoever is told by Retry-After to stay away so long is not told here to come earlier,
 * nor all of them at once (§ "Resource exhaustion" of the draft).
 */
export function rateLimitFields(policy: string, quota: Quota, leastSeconds = 0): Record<string, string> {
  const { limit, windowMs, remaining, resetMs } = quota;
  if (!(limit >= 0)) return {};
  const name = `"${policy.replace(/["\\]/g, "\\$&")}"`;
  const window =
    windowMs > 0 && windowMs < Number.POSITIVE_INFINITY ? `;w=${whole(Math.ceil(windowMs / 1000))}` : "";
  const reset = Number.isFinite(resetMs)
    ? `;t=${whole(Math.max(Math.ceil(resetMs / 1000), leastSeconds))}`
    : "";
  return {
    "ratelimit-policy": `${name};q=${whole(limit)}${window}`,
    ratelimit: `${name};r=${whole(remaining)}${reset}`,
  };
}

/** Downward: what is promised must be there. An integer of a structured field has 15 digits at most (RFC 9651 §3.3.1). */
function whole(value: number): number {
  return value > 0 ? Math.min(Math.floor(value), 999_999_999_999_999) : 0;
}
