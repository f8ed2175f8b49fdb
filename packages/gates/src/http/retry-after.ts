// When a server wants to be asked again: Retry-After as seconds or as a date (RFC 9110 §10.2.3), or RateLimit, when that
// says that nothing is left (draft-ietf-httpapi-ratelimit-headers-10).

/**
 * Milliseconds to wait at least; undefined: it does not say. A date counts from the Date of the same answer, so that no
 * two clocks are compared, unless it has none.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const asked = headers.get("retry-after")?.trim();
  if (asked === undefined) return quotaResetMs(headers.get("ratelimit"));
  if (/^\d+$/.test(asked)) return Number(asked) * 1000;
  const sent = dateOf(headers.get("date") ?? "");
  const wait = dateOf(asked) - (Number.isNaN(sent) ? Date.now() : sent);
  return wait > 0 ? wait : undefined; // what is no date is NaN
}

/** The longest wait of the policies of which nothing is left: `"hour";r=0;t=1800, "minute";r=12;t=3`. */
function quotaResetMs(field: string | null): number | undefined {
  let longest: number | undefined;
  for (const item of (field ?? "")
    .slice(0, LONGEST_FIELD)
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
    .split(",")) {
    const parameters = new Map(item.split(";").map((text) => pairOf(text.trim())));
    const reset = parameters.get("t") ?? "";
    if (parameters.get("r") !== "0" || !/^\d+$/.test(reset)) continue;
    longest = Math.max(longest ?? 0, Number(reset) * 1000);
  }
  return longest;
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Of three forms, one is without a time zone, and all are in GMT (RFC 9110 §5.6.7). */
function dateOf(text: string): number {
  if (!/\d\d:\d\d:\d\d/.test(text)) return Number.NaN;
  return Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
}

/** Characters; a field of honest policies has a few dozen. */
const LONGEST_FIELD = 2000;
