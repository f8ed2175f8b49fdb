// How HTTP says no: 429 to one who asked too often, 503 when there is not enough for all, and when to come back; for
// programs and people as a problem (RFC 9457).

import type { Rejected } from "@sluice/core";

/** An answer that refuses. */
export interface HttpRefusal {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the gate said. */
  readonly rejected: Rejected;
}

/** `retryAfter` in seconds; undefined: nobody can say. */
export function httpRefusal(
  rejected: Rejected,
  retryAfter: number | undefined,
  policy: string | undefined,
  fields: Readonly<Record<string, string>>,
): HttpRefusal {
  const isRate = rejected.cause === "rate";
  const status = isRate ? 429 : 503;
  const problem = {
    // The type and its member are of the RateLimit draft; a type left out is "about:blank", whose title is the status.
    ...(isRate && policy !== undefined ? { type: QUOTA_EXCEEDED, "violated-policies": [policy] } : {}),
    title: isRate ? "Too Many Requests" : "Service Unavailable",
    status,
    detail: String(rejected.reason).slice(0, MAX_REASON),
    cause: rejected.cause,
  };
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store", // RFC 6585 §4
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
      ...fields,
    },
    body: `${JSON.stringify(problem)}\n`,
    rejected,
  };
}

/**
 * Whole seconds, upward: who asks too early asks in vain. To them are added up to `jitter` of them, one at least if
 * there is jitter at all, so that those who were refused together do not come back together. Undefined for what is no time.
 */
export function retryAfterSeconds(
  ms: number | undefined,
  jitter: number,
  random: () => number,
): number | undefined {
  if (ms === undefined || Number.isNaN(ms)) return undefined;
  const seconds = Math.ceil(Math.min(Math.max(ms, 0) / 1000, MAX_SECONDS));
  const most = jitter > 0 ? Math.max(1, Math.round(seconds * jitter)) : 0;
  const extra = Math.floor(random() * (most + 1));
  // Whatever is taken for randomness, nobody is told to come earlier, nor anything that is no number.
  return Math.min(seconds + (extra > 0 ? Math.min(extra, most) : 0), MAX_SECONDS);
}

/** A day: nobody waits longer, and no exponent gets into a field, whatever a gate says. */
const MAX_SECONDS = 86_400;

/** In characters; reasons may quote what a client sent. */
const MAX_REASON = 500;

const QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded";
